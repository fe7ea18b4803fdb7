import Vocabulary

/// A value that is one row of one table.
protocol StoredRow: Sendable {
  static var table: Table { get }
  /// The values of `table.columns`, in their order.
  var values: [Value] { get }
  init(_ row: inout StoredColumns) throws
}

/// A table by name, and the statements that every table has.
struct Table: Sendable {
  let name: String
  /// Whether each row belongs to a domain: then its first column is `domain`.
  let isOwned: Bool
  /// How many columns, from the first, are the key.
  let keyCount: Int
  /// All columns and the sum, up to a condition.
  let selection: String
  let keyCondition: String
  /// All columns, without the sum.
  let columns: [String]
  let upsert: String

  /// - Parameters:
  ///   - name: the table's name.
  ///   - owned: whether `domain` is its first column; it is then not in `key`.
  ///   - key: the other columns of the primary key.
  ///   - rest: the other columns, without `sum`.
  init(_ name: String, owned: Bool = true, key: [String], rest: [String]) {
    self.name = name
    isOwned = owned
    let key = (owned ? ["domain"] : []) + key
    columns = key + rest
    let all = columns + ["sum"]
    keyCount = key.count
    keyCondition = key.map { $0 + " = ?" }.joined(separator: " AND ")
    let list = all.joined(separator: ", ")
    selection = "SELECT \(list) FROM \(name) "
    upsert = """
      INSERT INTO \(name) (\(list)) VALUES (\(all.map { _ in "?" }.joined(separator: ", "))) \
      ON CONFLICT (\(key.joined(separator: ", "))) \
      DO UPDATE SET \((rest + ["sum"]).map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
      """
  }

  /// The key of a row, for an error: of a domain its UUID, which libvirt shows too.
  func shownKey(_ row: [Value]) -> String {
    let key = row.prefix(keyCount)
    guard isOwned, let domain = key.first?.domain else { return key.map(\.shown).joined(separator: " ") }
    return (["\(domain.domain)"] + key.dropFirst().map(\.shown)).joined(separator: " ")
  }
}
