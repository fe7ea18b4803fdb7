import Vocabulary

/// A row that is not what was written. Becomes a `StoreError` where the path is known.
struct Damage: Error {
  let table: String
  let key: String
  var owner: DomainKey?
  /// The row as it is now, with its sum, where it could be read at all.
  var row: [Value]?

  init(table: String, key: String, owner: DomainKey? = nil, row: [Value]? = nil) {
    self.table = table
    self.key = key
    self.owner = owner
    self.row = row
  }

  /// `nil` where the sum at the end of a row is that of its columns.
  init?(_ row: [Value], in table: Table) {
    if let sum = row.last?.digest, sum == rowSum(table, row.dropLast()) { return nil }
    // The journal's rows name their domain in another place.
    let owner = table.columns.firstIndex(of: "domain").flatMap { $0 < row.count ? row[$0].domain : nil }
    self.init(table: table.name, key: table.shownKey(row), owner: owner, row: row)
  }
}
