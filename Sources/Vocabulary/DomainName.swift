/// The name of a domain that vmctl manages: `[A-Za-z0-9][A-Za-z0-9_.-]{0,62}`.
///
/// Narrower than libvirt's own rule: libvirt builds paths from the name, and `..` reaches outside its folders
/// (measured: "Cannot access '/var/lib/libvirt/qemu/snapshot/../dump'").
package struct DomainName: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  package let text: String

  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (1...63).contains(bytes.count), DomainName.alphanumeric(bytes[0]),
      bytes.allSatisfy({ DomainName.alphanumeric($0) || "_.-".utf8.contains($0) })
    else { return nil }
    self.text = text
  }

  package static let rule = "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"

  package var description: String { text }

  package static func < (left: DomainName, right: DomainName) -> Bool { left.text < right.text }

  private static func alphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = DomainName(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a domain name (\(DomainName.rule))"))
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
