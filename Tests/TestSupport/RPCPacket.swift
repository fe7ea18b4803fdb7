/// A packet of libvirt's protocol between client and daemon: six words, big-endian, and what they are about
/// (libvirt's docs/kbase/internals/rpc).
package struct RPCPacket: Sendable {
  package enum Kind: Sendable, Hashable {
    case call
    case reply
    case event
    case other(UInt32)
  }

  /// A procedure of the `remote` program; the numbers are libvirt's and never change. `RPCProxyTests` has each checked
  /// by the daemon.
  package struct Procedure: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let start = Procedure(rawValue: 9)
    package static let xmlDescription = Procedure(rawValue: 14)
    package static let attach = Procedure(rawValue: 160)
    package static let detach = Procedure(rawValue: 161)
    package static let update = Procedure(rawValue: 174)
    package static let setMetadata = Procedure(rawValue: 264)
    package static let define = Procedure(rawValue: 350)
    /// The event of a device that was added.
    package static let deviceAdded = Procedure(rawValue: 354)

    package var description: String { "procedure \(rawValue)" }
  }

  /// Including the length in front.
  let bytes: [UInt8]

  static let headerLength = 28
  /// `VIR_NET_MESSAGE_MAX`.
  static let longest = 32 << 20
  private static let remoteProgram: UInt32 = 0x2000_8086

  /// The length that a packet states of itself, the four bytes that say so included; `nil` where it cannot be one.
  static func length(_ start: [UInt8]) -> Int? {
    let length = Int(word(start, 0))
    return (headerLength...longest).contains(length) ? length : nil
  }

  private static func word(_ bytes: [UInt8], _ index: Int) -> UInt32 {
    bytes[index * 4..<index * 4 + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Whether it belongs to the program that has the procedures; keepalive has one of its own.
  var isRemote: Bool { RPCPacket.word(bytes, 1) == RPCPacket.remoteProgram }

  package var procedure: Procedure { Procedure(rawValue: RPCPacket.word(bytes, 3)) }

  package var kind: Kind {
    switch RPCPacket.word(bytes, 4) {
    case 0: .call
    case 1: .reply
    case 2: .event
    case let other: .other(other)
    }
  }

  /// Which call a reply belongs to.
  var serial: UInt32 { RPCPacket.word(bytes, 5) }
}
