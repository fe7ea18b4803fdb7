import Vocabulary

/// The columns of one row, read from left to right.
///
/// What does not fit its type is damage: the sum has been checked already, so a vmctl has written it.
struct StoredColumns {
  let owner: DomainKey?
  private var values: ArraySlice<Value>
  private let table: Table

  init(_ values: ArraySlice<Value>, owner: DomainKey?, table: Table) {
    self.values = values
    self.owner = owner
    self.table = table
  }

  private mutating func next() throws -> Value { try present(values.popFirst()) }

  func misfit() -> Damage { Damage(table: table.name, key: owner.map { "of domain \($0.domain)" } ?? "") }

  mutating func optionalInteger() throws -> Int64? {
    switch try next() {
    case .null: return nil
    case .integer(let number): return number
    default: throw misfit()
    }
  }

  mutating func optionalText() throws -> String? {
    switch try next() {
    case .null: return nil
    case .text(let text): return text
    default: throw misfit()
    }
  }

  mutating func optionalDigest() throws -> Digest? {
    let value = try next()
    return value == .null ? nil : try present(value.digest)
  }

  mutating func optionalDomain() throws -> DomainKey? {
    let value = try next()
    return value == .null ? nil : try present(value.domain)
  }

  mutating func integer() throws -> Int64 { try present(optionalInteger()) }
  mutating func int() throws -> Int { Int(try integer()) }
  mutating func flag() throws -> Bool { try integer() != 0 }
  mutating func text() throws -> String { try present(optionalText()) }
  mutating func digest() throws -> Digest { try present(optionalDigest()) }
  mutating func moment() throws -> Timestamp { Timestamp(milliseconds: try integer()) }
  mutating func optionalMoment() throws -> Timestamp? { try optionalInteger().map(Timestamp.init(milliseconds:)) }
  mutating func generation() throws -> Generation { Generation(try integer()) }
  mutating func optionalGeneration() throws -> Generation? { try optionalInteger().map(Generation.init) }
  mutating func device() throws -> DeviceID { try present(DeviceID(try text())) }
  mutating func version() throws -> Version { Version(number: UInt64(bitPattern: try integer())) }

  mutating func word<Word: RawRepresentable<String>>(_ type: Word.Type = Word.self) throws -> Word {
    try present(Word(rawValue: try text()))
  }

  mutating func optionalWord<Word: RawRepresentable<String>>(_ type: Word.Type = Word.self) throws -> Word? {
    guard let text = try optionalText() else { return nil }
    return try present(Word(rawValue: text))
  }

  mutating func optionalSlot() throws -> Slot? {
    guard let text = try optionalText() else { return nil }
    return try present(Slot(text))
  }

  func present<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw misfit() }
    return value
  }
}
