/// A SHA-256 value. Which of the two digests it is (of bytes, or of a canonical form) is said where it is kept:
/// `bytesDigest` or `canonicalDigest`, never just "digest".
package struct Digest: Sendable, Hashable, Codable, CustomStringConvertible {
  package let words: (UInt64, UInt64, UInt64, UInt64)

  package init(words: (UInt64, UInt64, UInt64, UInt64)) {
    self.words = words
  }

  /// `bytes` must be 32 bytes; `nil` otherwise.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
    self.words = (words[0], words[1], words[2], words[3])
  }

  package init?(hexadecimal text: some StringProtocol) {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = hexValue(digits[index]), let low = hexValue(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    self.init(bytes: bytes)
  }

  /// `sha256:` and 64 digits, from their bytes; `nil` for anything else.
  package init?(text: Slice<UnsafeBufferPointer<UInt8>>) {
    guard text.count == 71, text.starts(with: "sha256:".utf8) else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for byte in text.dropFirst(7) {
      guard let value = hexValue(byte) else { return nil }
      words = (
        words.0 << 4 | words.1 >> 60, words.1 << 4 | words.2 >> 60, words.2 << 4 | words.3 >> 60,
        words.3 << 4 | UInt64(value)
      )
    }
    self.words = words
  }

  package var bytes: [UInt8] {
    [words.0, words.1, words.2, words.3].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
    }
  }

  package var hexadecimal: String {
    hex(words.0, width: 16) + hex(words.1, width: 16) + hex(words.2, width: 16) + hex(words.3, width: 16)
  }

  /// `sha256:` and 64 digits: the form in documents.
  package var description: String { "sha256:" + hexadecimal }

  package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard text.hasPrefix("sha256:"), let value = Digest(hexadecimal: text.dropFirst(7)) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not a sha256 digest"))
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
