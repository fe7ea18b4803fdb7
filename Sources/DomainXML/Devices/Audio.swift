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
    takesAlias: false)
}
