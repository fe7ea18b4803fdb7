import Digests
import Vocabulary

/// How the bytes of a blob are kept.
private enum Codec: Int64 {
  case plain = 0
  /// `PackedBytes`, since V0004.
  case packed = 1

  /// What is shorter is kept as it is: it fills its page either way.
  static let packedFrom = 1024
}

extension Connection {
  /// Keeps bytes once for each content. `digest` is theirs. Bytes of this digest that are not these are damage, and
  /// are put right.
  func keep(_ bytes: ContiguousArray<UInt8>, digest: Digest, of owner: DomainKey? = nil) throws {
    let isKept = try find(digest)
    // Compared, not hashed: that of 8 KB for every unchanged side would cost more than the rest.
    if let isKept, isKept.content == bytes { return }
    let packed = bytes.count < Codec.packedFrom ? nil : PackedBytes(packing: bytes)
    let codec = packed == nil ? Codec.plain : .packed
    let values = [
      Value(digest), .integer(codec.rawValue), Value(bytes.count), .blob(packed?.bytes ?? bytes),
    ]
    if isKept == nil {
      try execute("INSERT INTO blobs (digest, codec, size, bytes) VALUES (?, ?, ?, ?)", values)
    } else {
      try execute("UPDATE blobs SET codec = ?2, size = ?3, bytes = ?4 WHERE digest = ?1", values)
      mended.append(Damage(table: "blobs", key: digest.hexadecimal, owner: owner))
    }
  }

  /// Whether the bytes of a digest are there and are its own.
  func isSound(_ digest: Digest) throws -> Bool {
    do {
      _ = try blob(digest)
      return true
    } catch is Damage {
      return false
    }
  }

  /// The bytes of a digest, checked against it.
  func blob(_ digest: Digest) throws -> ContiguousArray<UInt8> {
    guard let content = try find(digest)?.content, Digest(of: content) == digest else {
      throw Damage(table: "blobs", key: digest.hexadecimal)
    }
    return content
  }

  private struct Blob {
    let codec: Codec?
    let size: Int
    let bytes: ContiguousArray<UInt8>

    /// `nil` where it is none.
    var content: ContiguousArray<UInt8>? {
      switch codec {
      case .plain: bytes.count == size ? bytes : nil
      case .packed: PackedBytes(bytes).content(size: size)
      case nil: nil
      }
    }
  }

  private func find(_ digest: Digest) throws -> Blob? {
    var found: Blob?
    try query("SELECT codec, size, bytes FROM blobs WHERE digest = ?", [Value(digest)]) { row in
      if case .integer(let codec) = row[0], case .integer(let size) = row[1], case .blob(let bytes) = row[2] {
        found = Blob(codec: Codec(rawValue: codec), size: Int(size), bytes: bytes)
      } else {
        found = Blob(codec: nil, size: 0, bytes: [])
      }
    }
    return found
  }
}
