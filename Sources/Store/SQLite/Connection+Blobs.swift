import Digests
import Vocabulary

/// How the bytes of a blob are kept. The column is there so that a packed form needs no migration.
private enum Codec {
  static let plain = Value.integer(0)
}

extension Connection {
  /// Keeps bytes once for each content. `digest` is theirs.
  func keep(_ bytes: ContiguousArray<UInt8>, digest: Digest) throws {
    try execute(
      "INSERT INTO blobs (digest, codec, size, bytes) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
      [Value(digest), Codec.plain, Value(bytes.count), .blob(bytes)])
  }

  /// The bytes of a digest, checked against it.
  func blob(_ digest: Digest) throws -> ContiguousArray<UInt8> {
    var found: ContiguousArray<UInt8>?
    try query("SELECT codec, size, bytes FROM blobs WHERE digest = ?", [Value(digest)]) { row in
      guard row[0] == Codec.plain, case .blob(let bytes) = row[2], row[1] == Value(bytes.count) else { return }
      found = bytes
    }
    guard let found, Digest(of: found) == digest else { throw Damage(table: "blobs", key: digest.hexadecimal) }
    return found
  }
}
