import Vocabulary

extension Connection {
  /// Writes a row where it is not there already as it is. Compared by sum, so that an equal save writes nothing (I9).
  /// - Returns: whether it wrote.
  @discardableResult
  func save<Row: StoredRow>(_ row: Row, of owner: DomainKey? = nil) throws -> Bool {
    let table = Row.table
    let values = (table.isOwned ? [.domain(owner)] : []) + row.values
    let sum = Value(rowSum(table, values))
    let key = Array(values.prefix(table.keyCount))
    if try value(table.sumOfKey, key) == sum { return false }
    try execute(table.upsert, values + [sum])
    return true
  }

  /// The rows of a table that meet a condition, each one's sum checked.
  func rows<Row: StoredRow>(
    _ type: Row.Type = Row.self, _ condition: String, _ arguments: [Value] = []
  ) throws -> [(owner: DomainKey?, value: Row)] {
    let table = Row.table
    var found: [(owner: DomainKey?, value: Row)] = []
    try query(table.selection + condition, arguments) { row in
      var values = (0..<row.count).map { row[$0] }
      guard let sum = values.popLast()?.digest, sum == rowSum(table, values) else {
        throw Damage(table: table.name, key: values.prefix(table.keyCount).map(\.shown).joined(separator: " "))
      }
      let owner = table.isOwned ? values[0].domain : nil
      var columns = StoredColumns(values.dropFirst(table.isOwned ? 1 : 0), owner: owner, table: table)
      found.append((owner, try Row(&columns)))
    }
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
