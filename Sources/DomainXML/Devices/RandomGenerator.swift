import Vocabulary

extension DeviceKind {
  /// `<rng>`: a random number generator.
  package static let rng = DeviceKind(
    name: "rng",
    summary: "a random number generator",
    sees: "a virtio PCI function",
    release: "let go of the PCI function",
    slots: [SlotRule(.pci)],
    attach: .yes,
    detach: .yes,
    fields: [Field("backend", .path), Field("rate/@bytes", .number), Field("rate/@period", .number)],
    chosen: [ChosenField("@model", .constant("virtio"), why: "the only model for PCI guests")],
    abi: [
      .libvirt("@model", why: "transitional or modern virtio: another PCI id")
    ].checked(by: "virDomainRNGDefCheckABIStability") + .virtioOptions + .placement,
    offered: [OfferedField("@model", "rng/model"), OfferedField("backend/@model", "rng/backendModel")],
    reach: [HostReach(.node, "backend"), HostReach(.device, "backend/source/@path")],
    pieces: [
      HostPiece(
        when: .not(.field("backend/@model", ["random", "builtin"])), "its numbers come from a socket of the host")
    ])
}
