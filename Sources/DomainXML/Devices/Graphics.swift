import Vocabulary

extension DeviceKind {
  /// `<graphics>`: how the screen is shown to people.
  package static let graphics = DeviceKind(
    name: "graphics",
    summary: "how the screen is shown to people",
    sees: "nothing",
    identity: [IdentityKey("type", "@type")],
    attach: definedOnly("graphics"),
    detach: definedOnly("graphics"),
    takesAlias: false,
    password: PasswordRule("@passwd", until: "@passwdValidTo"),
    runTime: [
      RunTimeField("@port", when: .field("@autoport", ["yes"])),
      RunTimeField("@tlsPort", when: .field("@autoport", ["yes"])),
      RunTimeField("@websocket", when: .field("@autoport", ["yes"])),
      RunTimeField("@listen", mayBeStated: true), RunTimeField("listen/@address", mayBeStated: true),
    ],
    offered: [OfferedField("@type", "graphics/type")])
}
