import CZlib

/// Bytes in zlib's format (RFC 1950): the XML of a domain packs to a fifth.
struct PackedBytes {
  let bytes: ContiguousArray<UInt8>

  init(_ bytes: ContiguousArray<UInt8>) { self.bytes = bytes }

  /// The fastest level: a document is packed while somebody waits for it to be durable, and higher ones save little.
  private static let level = Z_BEST_SPEED

  /// `nil` where the content does not get smaller.
  init?(packing content: ContiguousArray<UInt8>) {
    var length = compressBound(uLong(content.count))
    var failed = false
    let packed = ContiguousArray<UInt8>(unsafeUninitializedCapacity: Int(length)) { target, count in
      content.withUnsafeBufferPointer { source in
        failed =
          compress2(target.baseAddress, &length, source.baseAddress, uLong(source.count), PackedBytes.level) != Z_OK
      }
      count = failed ? 0 : Int(length)
    }
    guard !failed, packed.count < content.count else { return nil }
    bytes = packed
  }

  /// The content, which is `size` bytes long; `nil` where these bytes are not its packed form.
  func content(size: Int) -> ContiguousArray<UInt8>? {
    // What zlib can make of a byte is bounded: a size beyond that is damage, and no reason to take memory.
    guard size >= 0, size <= bytes.count * 1032 else { return nil }
    var isWhole = false
    let content = ContiguousArray<UInt8>(unsafeUninitializedCapacity: size) { target, count in
      var length = uLong(size)
      let result = bytes.withUnsafeBufferPointer { source in
        uncompress(target.baseAddress, &length, source.baseAddress, uLong(source.count))
      }
      isWhole = result == Z_OK && length == uLong(size)
      count = isWhole ? size : 0
    }
    return isWhole ? content : nil
  }
}
