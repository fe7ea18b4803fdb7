/// The name that an intent gives a device: `[a-z0-9][a-z0-9-]{0,47}`. It becomes the user alias `ua-<id>`.
package struct DeviceID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  package let text: String

  /// `nil` where `text` is not a valid id.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (1...48).contains(bytes.count), bytes[0] != UInt8(ascii: "-"),
      bytes.allSatisfy({ DeviceID.allowed($0) })
    else { return nil }
    self.text = text
  }

  /// Reads `ua-<id>`; `nil` for aliases that libvirt made and for user aliases that are no id.
  package init?(alias: String) {
    guard alias.hasPrefix("ua-") else { return nil }
    self.init(String(alias.dropFirst(3)))
  }

  /// What a valid id looks like, for messages.
  package static let rule = "[a-z0-9][a-z0-9-]{0,47}"

  /// libvirt keeps an alias only where it starts with `ua-` and drops any other without a word
  /// (`virDomainDefValidateAliases`; measured on 9.0).
  package var alias: String { "ua-" + text }

  package var description: String { text }

  package static func < (left: DeviceID, right: DeviceID) -> Bool { left.text < right.text }

  private static func allowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
    default: false
    }
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = DeviceID(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a device id (\(DeviceID.rule))"))
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
