import Vocabulary

extension DeviceKind {
  /// `<iommu>`: an I/O memory management unit.
  package static let iommu = DeviceKind(
    name: "iommu",
    summary: "an I/O memory management unit",
    sees: "an IOMMU in front of its PCI devices",
    attach: BothSides(live: .no(reason), persistent: .when(.libvirt(Version(11, 3)), otherwise: reason)),
    detach: BothSides(live: .no(reason), persistent: .when(.libvirt(Version(11, 3)), otherwise: reason)),
    abi: [
      .libvirt("@model", why: "another device"),
      .libvirt("driver/@intremap", why: "whether interrupts are remapped"),
      .libvirt("driver/@caching_mode", why: "a capability bit of the device"),
      .libvirt("driver/@eim", why: "whether interrupts reach CPUs above 255"),
      .libvirt("driver/@iotlb", why: "whether devices keep translations"),
      .libvirt("driver/@aw_bits", .number, absent: "0", why: "the width of addresses"),
      .libvirt("driver/@dma_translation", since: Version(11, 3), why: "whether memory accesses are translated"),
    ].checked(by: "virDomainIOMMUDefCheckABIStability") + .placement)

  private static let reason =
    "libvirt can add or remove an iommu only when it defines the domain (from 11.3 in the definition)"
}
