import Vocabulary

extension DeviceKind {
  /// `<audio>`: where the host plays the guest's sound.
  package static let audio = DeviceKind(
    name: "audio",
    summary: "where the host plays the guest's sound",
    sees: "nothing",
    identity: [IdentityKey("audio", "@id")],
    attach: definedOnly("audio"),
    detach: definedOnly("audio"),
    takesAlias: false,
    reach: [HostReach(.output, "@path"), HostReach(.device, "input/@dev"), HostReach(.device, "output/@dev")],
    pieces: [HostPiece(when: .not(.field("@type", ["none", "spice"])), "it plays and records on the host")])
}
