import Vocabulary

extension DeviceKind {
  /// `<controller>`: buses that other devices sit on.
  package static let controller = DeviceKind(
    name: "controller",
    summary: "a bus or port that other devices sit on",
    identity: [IdentityKey("controller", "@type", "@index")],
    slots: [
      SlotRule(.pci, when: .field("@type", ["scsi", "virtio-serial", "usb"]))
    ],
    attach: BothSides(
      live: .when(
        .any([
          .field("@type", ["scsi"]), .all([.field("@type", ["virtio-serial"]), .libvirt(Version(11, 3))]),
        ]),
        otherwise: "libvirt hotplugs scsi controllers only (virtio-serial from 11.3)"),
      persistent: .when(
        .not(.field("@type", ["pci"])),
        otherwise: "a PCI controller that is added later may move the guest's bus numbers (T6)")),
    detach: BothSides(
      live: .when(
        .field("@type", ["scsi"]), otherwise: "libvirt hot-unplugs scsi controllers only, and only unused ones"),
      persistent: .when(
        .not(.field("@type", ["pci", "usb", "sata", "ide"])),
        otherwise: "libvirt answers 0 and puts it back, or moves the devices that sit on it (T25)")),
    fields: [Field("@index", .number), Field("@ports", .number), Field("@vectors", .number)],
    unique: [])
}
