import Vocabulary

extension DeviceKind {
  /// `<channel>`: a port to the guest on a virtio-serial controller.
  package static let channel = DeviceKind(
    name: "channel",
    summary: "a virtio-serial port to the guest, as the guest agent's",
    sees: "a named port of a virtio-serial controller",
    release: "nothing: a port leaves at once",
    identity: [IdentityKey("name", "target/@name"), IdentityKey("guestfwd", "target/@address", "target/@port")],
    slots: [SlotRule(.virtioSerial, when: .field("target/@type", ["virtio"]))],
    attach: .yes,
    detach: .yes,
    controller: [ControllerNeed("virtio-serial", when: .field("target/@type", ["virtio"]))],
    unique: [UniqueField("target/@name", "channel name")],
    runTime: RunTimeField.ofCharacterDevices,
    abi: [
      .libvirt("target/@type", why: "another kind of channel"),
      .libvirt("target/@name", when: .field("target/@type", ["virtio", "xen"]), why: "the name that the guest opens"),
      .libvirt(
        "@type", when: .all([.field("target/@type", ["virtio", "xen"]), .not(.present("target/@name"))]),
        counted: .field("@type", ["spicevmc"]), why: "a channel without a name takes the one that belongs to its type"),
      .libvirt(
        "target/@address", when: .field("target/@type", ["guestfwd"]), why: "the address that the guest connects to"),
      .libvirt(
        "target/@port", .number, when: .field("target/@type", ["guestfwd"]), why: "the port that the guest connects to"),
    ].checked(by: "virDomainChannelDefCheckABIStability") + .placement,
    // The list is of what needs a part of QEMU that may be missing; files and the network always work.
    offered: [OfferedField("@type", "channel/type", when: .field("@type", ["spicevmc"]))],
    reach: HostReach.ofCharacterDevices, pieces: HostPiece.ofCharacterDevices)
}
