/// A libvirt or hypervisor version as libvirt counts it: major × 1,000,000 + minor × 1,000 + release.
package struct Version: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  package let number: UInt64

  package init(number: UInt64) {
    self.number = number
  }

  package init(_ major: UInt64, _ minor: UInt64, _ release: UInt64 = 0) {
    number = major * 1_000_000 + minor * 1_000 + release
  }

  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".").map { UInt64($0) }
    guard (2...3).contains(parts.count), let major = parts[0], let minor = parts[1] else { return nil }
    guard let release = parts.count == 3 ? parts[2] : 0 else { return nil }
    self.init(major, minor, release)
  }

  package var description: String { "\(number / 1_000_000).\(number / 1_000 % 1_000).\(number % 1_000)" }

  package static func < (left: Version, right: Version) -> Bool { left.number < right.number }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Version(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a version"))
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
