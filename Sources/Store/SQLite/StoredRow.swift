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
  let sumOfKey: String
  let keyCondition: String
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
    let columns = key + rest + ["sum"]
    keyCount = key.count
    keyCondition = key.map { $0 + " = ?" }.joined(separator: " AND ")
    let list = columns.joined(separator: ", ")
    selection = "SELECT \(list) FROM \(name) "
    sumOfKey = "SELECT sum FROM \(name) WHERE \(keyCondition)"
    upsert = """
      INSERT INTO \(name) (\(list)) VALUES (\(columns.map { _ in "?" }.joined(separator: ", "))) \
      ON CONFLICT (\(key.joined(separator: ", "))) \
      DO UPDATE SET \((rest + ["sum"]).map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
      """
  }
}
