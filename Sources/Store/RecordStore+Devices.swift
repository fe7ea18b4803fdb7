package import Vocabulary

/// How many tombstones of a domain are kept (design section 6).
private let tombstonesKept = 64

extension RecordStore {
  package func ledger(of key: DomainKey) async throws(StoreError) -> [LedgerRow] {
    try await read { try $0.rows(of: key, order: "ORDER BY device, side") }
  }

  package func applied(of key: DomainKey) async throws(StoreError) -> [AppliedDevice] {
    try await read { try $0.rows(of: key, order: "ORDER BY device") }
  }

  package func conditions(of key: DomainKey) async throws(StoreError) -> [ConditionRow] {
    try await read { try $0.rows(of: key, order: "ORDER BY type") }
  }

  /// The unplugs of a domain (of every domain where `nil`).
  package func unplugs(of key: DomainKey? = nil) async throws(StoreError) -> [(domain: DomainKey, unplug: UnplugRow)] {
    try await read { connection in
      let condition = key == nil ? "" : "WHERE domain = ? "
      let rows = try connection.rows(
        UnplugRow.self, condition + "ORDER BY domain, since, target_kind, target_name",
        key.map { [Value($0)] } ?? [])
      return rows.compactMap { row in row.owner.map { ($0, row.value) } }
    }
  }

  /// What a pass found out without a step: bindings, ids, unplugs, conditions, the domain's row. One transaction; what
  /// is equal is not written.
  package func save(_ changes: DomainChanges, of key: DomainKey) async throws(StoreError) {
    let path = location.path
    try await write(.saveChanges) { connection in
      if let row = changes.row { try connection.saveDomain(row) }
      try connection.requireDomain(key, path: path)
      try connection.save(changes, of: key)
    }
  }
}

extension Connection {
  func save(_ changes: DomainChanges, of key: DomainKey) throws {
    if let ledger = changes.ledger { try replace(ledger, of: key) }
    if let applied = changes.applied { try replace(applied, of: key) }
    if let unplugs = changes.unplugs { try replace(unplugs, of: key) }
    if let phantoms = changes.phantoms { try replace(phantoms, of: key) }
    if let conditions = changes.conditions { try replace(conditions, of: key) }
    try dropTombstones(of: key)
  }

  /// Drops the oldest tombstones beyond the newest 64.
  func dropTombstones(of key: DomainKey) throws {
    let sql = """
      DELETE FROM ledger WHERE domain = ?1 AND (device, side) IN (
        SELECT device, side FROM ledger WHERE domain = ?1 AND state = 'tombstone'
        ORDER BY removed_at DESC, device, side LIMIT -1 OFFSET \(tombstonesKept))
      """
    try execute(sql, [Value(key)])
  }
}
