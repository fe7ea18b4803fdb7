import Vocabulary

extension DeviceKind {
  /// `<smartcard>`: a smart card reader.
  package static let smartcard = DeviceKind(
    name: "smartcard",
    summary: "a smart card reader",
    sees: "a USB card reader",
    attach: definedOnly("smartcard"),
    detach: definedOnly("smartcard"),
    abi: .placement,
    reach: HostReach.ofCharacterDevices,
    pieces: [
      HostPiece(
        when: .not(.all([.field("@mode", ["passthrough"]), .field("@type", ["spicevmc"])])),
        "it is a reader, certificates or a socket of the host")
    ])
}
