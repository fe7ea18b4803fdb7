import Vocabulary

extension DeviceKind {
  /// `<vsock>`: a socket between guest and host.
  package static let vsock = DeviceKind(
    name: "vsock",
    summary: "a socket to the host; one a domain",
    sees: "a virtio PCI function with its context id",
    release: "let go of the PCI function",
    identity: [IdentityKey("vsock")],
    slots: [SlotRule(.pci)],
    attach: .yes,
    detach: .yes,
    abi: [
      .libvirt("@model", why: "transitional or modern virtio: another PCI id"),
      .guest("cid/@address", .number, why: "the address of the guest"),
    ].checked(by: "virDomainVsockDefCheckABIStability") + .virtioOptions + .placement)
}
