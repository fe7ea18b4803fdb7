/// A UUID as libvirt prints it: 36 lower-case characters. The 16 bytes are kept.
package struct UniversalID: Sendable, Hashable, Codable, CustomStringConvertible {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads the 8-4-4-4-12 form; hyphens may be missing, as libvirt allows. `nil` for anything else.
  package init?(_ text: some StringProtocol) {
    var words: (UInt64, UInt64) = (0, 0)
    var digits = 0
    for character in text.utf8 {
      if character == UInt8(ascii: "-") { continue }
      guard let value = hexValue(character), digits < 32 else { return nil }
      if digits < 16 { words.0 = words.0 << 4 | UInt64(value) } else { words.1 = words.1 << 4 | UInt64(value) }
      digits += 1
    }
    guard digits == 32 else { return nil }
    (high, low) = words
  }

  /// A version 8 UUID (RFC 9562: "vendor-specific") from the first 16 bytes of a digest, so that what vmctl chooses
  /// is a pure function of its inputs and `plan` shows exactly what `reconcile` does.
  package init(derivedFrom digest: Digest) {
    let high = digest.words.0 & 0xffff_ffff_ffff_0fff | 0x0000_0000_0000_8000
    let low = digest.words.1 & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    self.init(high: high, low: low)
  }

  package var bytes: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: high >> (56 - 8 * $0)) }
      + (0..<8).map { UInt8(truncatingIfNeeded: low >> (56 - 8 * $0)) }
  }

  package var description: String {
    let digits = Array((hex(high, width: 16) + hex(low, width: 16)).utf8)
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
    return parts.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = UniversalID(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a UUID"))
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// The UUID of a domain: what libvirt knows it by over renames.
package typealias DomainUUID = UniversalID
/// The UUID of a host, from libvirt's capabilities.
package typealias HostUUID = UniversalID

/// The store's key of a domain: two hosts may hold domains of one UUID (a migration, a copied definition).
package struct DomainKey: Sendable, Hashable, Codable {
  package let host: HostUUID
  package let domain: DomainUUID

  package init(host: HostUUID, domain: DomainUUID) {
    self.host = host
    self.domain = domain
  }
}
