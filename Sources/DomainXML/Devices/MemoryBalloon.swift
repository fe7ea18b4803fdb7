import Vocabulary

extension DeviceKind {
  /// `<memballoon>`: how the host takes memory back.
  package static let memballoon = DeviceKind(
    name: "memballoon",
    summary: "the memory balloon",
    sees: "a virtio PCI function",
    identity: [IdentityKey("memballoon")],
    slots: [SlotRule(.pci, when: .not(.field("@model", ["none"])))],
    attach: .no("libvirt can add a memory balloon only when it defines the domain"),
    detach: .no("libvirt cannot remove a memory balloon"),
    fields: [Field("@autodeflate", .onOff), Field("@freePageReporting", .onOff)],
    abi: [
      .libvirt("@model", why: "another device, or none"),
      .libvirt("@autodeflate", why: "a virtio feature bit"),
      .libvirt("@freePageReporting", why: "a virtio feature bit"),
    ].checked(by: "virDomainMemballoonDefCheckABIStability") + .virtioOptions + .placement)
}
