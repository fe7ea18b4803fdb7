import Vocabulary

extension Connection {
  /// Writes a row where it is not there already as it is, so that an equal save writes nothing (I9). Compared column
  /// by column: by its sum alone a damaged row would pass for the row that it was.
  /// - Returns: whether it wrote.
  @discardableResult
  func save<Row: StoredRow>(_ row: Row, of owner: DomainKey? = nil) throws -> Bool {
    let table = Row.table
    var values = (table.isOwned ? [.domain(owner)] : []) + row.values
    let key = Array(values.prefix(table.keyCount))
    values.append(Value(rowSum(table, values)))
    if let there = try stored(table, "WHERE " + table.keyCondition, key).first {
      if there == values { return false }
      if let damage = Damage(there, in: table) { try keepAside([damage]) }
    }
    try execute(table.upsert, values)
    return true
  }

  /// The rows of a table that meet a condition, each one's sum checked.
  func rows<Row: StoredRow>(
    _ type: Row.Type = Row.self, _ condition: String, _ arguments: [Value] = []
  ) throws -> [(owner: DomainKey?, value: Row)] {
    var damage: [Damage] = []
    let found = try soundRows(Row.self, condition, arguments, damage: &damage)
    if let first = damage.first { throw first }
    return found
  }

  /// The rows that meet a condition and are as they were written. What is not is left out and told in `damage`: one
  /// bad row must not hide the good ones (F14).
  func soundRows<Row: StoredRow>(
    _ type: Row.Type = Row.self, _ condition: String, _ arguments: [Value] = [], damage: inout [Damage]
  ) throws -> [(owner: DomainKey?, value: Row)] {
    let table = Row.table
    var found: [(owner: DomainKey?, value: Row)] = []
    for values in try stored(table, condition, arguments) {
      if let bad = Damage(values, in: table) {
        damage.append(bad)
        continue
      }
      let owner = table.isOwned ? values[0].domain : nil
      var columns = StoredColumns(values.dropFirst(table.isOwned ? 1 : 0), owner: owner, table: table)
      do {
        found.append((owner, try Row(&columns)))
      } catch is Damage {
        damage.append(Damage(table: table.name, key: table.shownKey(values), owner: owner, row: values))
      }
    }
    return found
  }

  func soundRows<Row: StoredRow>(
    of owner: DomainKey, _ type: Row.Type = Row.self, order: String = "", damage: inout [Damage]
  ) throws -> [Row] {
    try soundRows(Row.self, "WHERE domain = ? " + order, [Value(owner)], damage: &damage).map(\.value)
  }

  /// Rows as they are, with their sums, unchecked.
  func stored(_ table: Table, _ condition: String, _ arguments: [Value]) throws -> [[Value]] {
    var found: [[Value]] = []
    try query(table.selection + condition, arguments) { row in found.append((0..<row.count).map { row[$0] }) }
    return found
  }

  func rows<Row: StoredRow>(of owner: DomainKey, _ type: Row.Type = Row.self, order: String = "") throws -> [Row] {
    try rows(Row.self, "WHERE domain = ? " + order, [Value(owner)]).map(\.value)
  }

  func remove(from table: Table, where condition: String, _ arguments: [Value]) throws {
    try execute("DELETE FROM \(table.name) WHERE \(condition)", arguments)
  }

  /// Whether a row is there, without reading it.
  func exists(in table: Table, where condition: String, _ arguments: [Value]) throws -> Bool {
    try value("SELECT 1 FROM \(table.name) WHERE \(condition)", arguments) != nil
  }
}
