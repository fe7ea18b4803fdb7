import Digests
import Vocabulary

/// How the bytes of a blob are kept. The column is there so that a packed form needs no migration.
private enum Codec {
  static let plain = Value.integer(0)
}

extension Connection {
  /// Keeps bytes once for each content. `digest` is theirs. Bytes of this digest that are not these are damage, and
  /// are put right.
  func keep(_ bytes: ContiguousArray<UInt8>, digest: Digest, of owner: DomainKey? = nil) throws {
    let values = [Value(digest), Codec.plain, Value(bytes.count), .blob(bytes)]
    // Compared by SQLite, where they lie: a hash of 8 KB for every unchanged side would cost more than the rest.
    let same = "SELECT codec = ?2 AND size = ?3 AND bytes = ?4 FROM blobs WHERE digest = ?1"
    switch try integer(same, values) {
    case 1: return
    case nil: try execute("INSERT INTO blobs (digest, codec, size, bytes) VALUES (?, ?, ?, ?)", values)
    default:
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
    var found: ContiguousArray<UInt8>?
    try query("SELECT codec, size, bytes FROM blobs WHERE digest = ?", [Value(digest)]) { row in
      guard row[0] == Codec.plain, case .blob(let bytes) = row[2], row[1] == Value(bytes.count) else { return }
      found = bytes
    }
    guard let found, Digest(of: found) == digest else { throw Damage(table: "blobs", key: digest.hexadecimal) }
    return found
  }
}
