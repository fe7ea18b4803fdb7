package import Vocabulary

import struct Crypto.SHA256

extension Digest {
  /// The SHA-256 of `bytes`.
  package init(of bytes: some Sequence<UInt8>) {
    var hasher = DigestBuilder()
    hasher.update(bytes)
    self = hasher.finalize()
  }

  /// The SHA-256 of a text's UTF-8.
  package init(of text: String) {
    self.init(of: text.utf8)
  }
}

/// A SHA-256 that grows.
package struct DigestBuilder: Sendable {
  private var hasher = SHA256()

  package init() {}

  package mutating func update(_ bytes: some Sequence<UInt8>) {
    if bytes.withContiguousStorageIfAvailable({ hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }) != nil {
      return
    }
    ContiguousArray(bytes).withUnsafeBytes { hasher.update(bufferPointer: $0) }
  }

  /// Adds a text and a separator that no text contains, so that ("ab", "c") and ("a", "bc") differ.
  package mutating func update(field text: String) {
    update(text.utf8)
    update(CollectionOfOne(UInt8(0)))
  }

  package func finalize() -> Digest {
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in hasher.finalize().enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
    return Digest(words: (words[0], words[1], words[2], words[3]))
  }
}
