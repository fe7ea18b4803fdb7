import Digests
package import Vocabulary

/// A token that was just made: the only moment at which it can be read.
package struct NewToken: Sendable {
  package let text: String
  package var digest: Digest { Digest(of: text) }

  /// 32 bytes of the system's randomness behind a word that secret scanners can look for.
  package init() {
    var random = SystemRandomNumberGenerator()
    self.init(bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
  }

  init(bytes: [UInt8]) {
    text = "vmctl_" + NewToken.base64(bytes)
  }

  /// Base64 for URLs (RFC 4648, section 5), without padding.
  private static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var bits = 0
    var count = 0
    for byte in bytes {
      bits = (bits << 8 | Int(byte)) & 0xffff
      count += 8
      while count >= 6 {
        count -= 6
        text.append(alphabet[bits >> count & 63])
      }
    }
    if count > 0 { text.append(alphabet[bits << (6 - count) & 63]) }
    return String(decoding: text, as: UTF8.self)
  }
}
