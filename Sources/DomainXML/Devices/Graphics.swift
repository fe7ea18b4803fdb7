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
    offered: [OfferedField("@type", "graphics/type")],
    reach: [
      HostReach(.device, "@socket"), HostReach(.device, "listen/@socket"), HostReach(.device, "gl/@rendernode"),
      HostReach(.device, "@xauth"),
    ],
    pieces: [
      HostPiece(when: .not(.field("@type", ["vnc", "spice"])), "it is shown on the host's own screen or bus"),
      HostPiece(when: .field("gl/@enable", ["yes"]), "it draws on the host's graphics card"),
    ])
}
