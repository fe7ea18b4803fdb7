import Vocabulary

extension DeviceKind {
  /// `<iommu>`: an I/O memory management unit.
  package static let iommu = DeviceKind(
    name: "iommu",
    summary: "an I/O memory management unit",
    sees: "an IOMMU in front of its PCI devices",
    attach: BothSides(live: .no(reason), persistent: .when(.libvirt(Version(11, 3)), otherwise: reason)),
    detach: BothSides(live: .no(reason), persistent: .when(.libvirt(Version(11, 3)), otherwise: reason)))

  private static let reason =
    "libvirt can add or remove an iommu only when it defines the domain (from 11.3 in the definition)"
}
