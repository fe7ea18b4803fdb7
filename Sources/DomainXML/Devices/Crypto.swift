import Vocabulary

extension DeviceKind {
  /// `<crypto>`: a virtio crypto accelerator.
  package static let crypto = DeviceKind(
    name: "crypto",
    summary: "a virtio crypto accelerator",
    since: Version(9, 1),
    sees: "a virtio PCI function",
    slots: [SlotRule(.pci)],
    attach: definedOnly("crypto"),
    detach: definedOnly("crypto"),
    abi: [
      .guest("@model", why: "another device"),
      .guest("@type", why: "another device"),
      .guest("backend/@queues", .number, why: "queues of the device"),
    ] + .placement, libvirtCompares: false,
    offered: [OfferedField("@model", "crypto/model"), OfferedField("backend/@model", "crypto/backendModel")],
    pieces: [HostPiece(when: .not(.field("backend/@model", ["builtin"])), "it computes on the host's own device")])
}
