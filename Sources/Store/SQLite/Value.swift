import GRDBSQLite
import Vocabulary

/// One value of one column, of the kinds that STRICT tables hold.
enum Value: Sendable, Equatable {
  case null
  case integer(Int64)
  case text(String)
  case blob(ContiguousArray<UInt8>)

  init(_ number: Int) { self = .integer(Int64(number)) }
  init(_ flag: Bool) { self = .integer(flag ? 1 : 0) }
  init(_ digest: Digest) {
    self = .blob(words: digest.words.0, digest.words.1, digest.words.2, digest.words.3)
  }
  init(_ key: DomainKey) { self = .blob(words: key.host.high, key.host.low, key.domain.high, key.domain.low) }
  init(_ host: HostUUID) { self = .blob(words: host.high, host.low) }
  init(_ moment: Timestamp) { self = .integer(moment.milliseconds) }
  init(_ generation: Generation) { self = .integer(generation.number) }
  init(_ version: Version) { self = .integer(Int64(bitPattern: version.number)) }
  init(_ slot: Slot) { self = .text(slot.description) }
  init(_ operation: OperationID) { self = .integer(operation.number) }
  init(_ word: some RawRepresentable<String>) { self = .text(word.rawValue) }

  static func text(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
  static func integer(_ number: Int64?) -> Value { number.map { .integer($0) } ?? .null }
  static func digest(_ digest: Digest?) -> Value { digest.map { Value($0) } ?? .null }
  static func domain(_ key: DomainKey?) -> Value { key.map { Value($0) } ?? .null }
  static func moment(_ moment: Timestamp?) -> Value { moment.map { Value($0) } ?? .null }
  static func generation(_ generation: Generation?) -> Value { generation.map { Value($0) } ?? .null }
  static func slot(_ slot: Slot?) -> Value { slot.map { Value($0) } ?? .null }

  var digest: Digest? { words.map { Digest(words: $0) } }

  var domain: DomainKey? {
    words.map { DomainKey(host: HostUUID(high: $0.0, low: $0.1), domain: DomainUUID(high: $0.2, low: $0.3)) }
  }

  /// Both kinds of 32 bytes as words. Read here, not through generic collections: every row has at least one.
  private var words: (UInt64, UInt64, UInt64, UInt64)? {
    guard case .blob(let bytes) = self, bytes.count == 32 else { return nil }
    return bytes.withUnsafeBytes { bytes in
      func word(_ index: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      }
      return (word(0), word(1), word(2), word(3))
    }
  }

  private static func blob(words: UInt64...) -> Value {
    var bytes: ContiguousArray<UInt8> = []
    bytes.reserveCapacity(words.count * 8)
    for word in words { bytes.append(word: word) }
    return .blob(bytes)
  }

  /// For naming a row in an error: bytes in hexadecimal.
  var shown: String {
    switch self {
    case .null: "null"
    case .integer(let number): String(number)
    case .text(let text): text
    case .blob(let bytes): bytes.map { hex($0, width: 2) }.joined()
    }
  }
}

/// The row that a statement stands on. Good until the statement moves.
struct Columns: ~Copyable {
  fileprivate let statement: OpaquePointer

  init(statement: OpaquePointer) {
    self.statement = statement
  }

  var count: Int { Int(sqlite3_column_count(statement)) }

  /// A text that is not UTF-8 comes repaired, and its row's sum does not fit any more. A REAL, which no column of ours
  /// holds, comes as its bits and is no value of any column.
  subscript(index: Int) -> Value {
    let index = Int32(index)
    switch sqlite3_column_type(statement, index) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, index))
    case SQLITE_TEXT:
      guard let text = sqlite3_column_text(statement, index) else { return .null }
      let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(statement, index)))
      return .text(String(decoding: bytes, as: UTF8.self))
    case SQLITE_BLOB:
      let count = Int(sqlite3_column_bytes(statement, index))
      return .blob(ContiguousArray(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, index), count: count)))
    case SQLITE_FLOAT: return .text(String(sqlite3_column_double(statement, index).bitPattern))
    default: return .null
    }
  }
}
