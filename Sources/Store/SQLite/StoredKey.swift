import Vocabulary

/// A key as its columns hold it.
protocol StoredKey: Sendable {
  var values: [Value] { get }
}

extension DeviceID: StoredKey {
  var values: [Value] { [.text(text)] }
}

extension StepTarget: StoredKey {
  var values: [Value] { [.text(kind), .text(name)] }
}

extension String: StoredKey {
  var values: [Value] { [.text(self)] }
}

extension Connection {
  /// Makes rows of one domain as the changes say. An equal row is not written.
  func apply<Row: KeyedRow & StoredRow>(_ changes: [RowChange<Row>], of owner: DomainKey) throws
  where Row.Key: StoredKey {
    for change in changes {
      switch change {
      case .put(let row): try save(row, of: owner)
      case .remove(let key):
        try remove(from: Row.table, where: Row.table.keyCondition, [Value(owner)] + key.values)
      }
    }
  }

  /// Makes the rows of one domain exactly these.
  func replace<Row: KeyedRow & StoredRow>(_ rows: [Row], of owner: DomainKey) throws where Row.Key: StoredKey {
    let wanted = Set(rows.map(\.key))
    var damage: [Damage] = []
    let there: [Row] = try soundRows(of: owner, damage: &damage)
    try setAside(damage)
    let gone = there.map(\.key).filter { !wanted.contains($0) }
    try apply(gone.map { RowChange<Row>.remove($0) }, of: owner)
    try apply(rows.map { RowChange.put($0) }, of: owner)
  }
}
