package import Vocabulary

extension RecordStore {
  /// Makes a domain's row as given. An equal row is not written.
  package func save(_ row: DomainRow) async throws(StoreError) {
    try await write(.saveDomain) { try $0.saveDomain(row) }
  }

  package func domain(_ key: DomainKey) async throws(StoreError) -> DomainRow? {
    try await read { try $0.rows(of: key, DomainRow.self).first }
  }

  /// The domains of a name, on every host and in every incarnation that is still here.
  package func domains(named name: String) async throws(StoreError) -> [DomainRow] {
    try await read { try $0.rows(DomainRow.self, "WHERE name = ? ORDER BY domain", [.text(name)]).map(\.value) }
  }

  /// Every domain of a host (of every host where `nil`) with its digests, without any bytes: what a pass over all,
  /// or a daemon that starts, needs.
  package func summaries(host: HostUUID? = nil) async throws(StoreError) -> [DomainSummary] {
    try await read { connection in
      let range: (String, [Value]) =
        host.map { ("WHERE domain BETWEEN ? AND ?", $0.range) } ?? ("", [])
      let rows = try connection.rows(DomainRow.self, range.0, range.1).map(\.value)
      let heads = try connection.heads(range)
      let intents = try connection.newestIntents(range)
      return rows.map { row in
        DomainSummary(
          row: row, generation: intents[row.key]?.generation, canonicalDigest: intents[row.key]?.canonicalDigest,
          heads: heads[row.key] ?? BothSides(live: nil, persistent: nil))
      }
    }
  }

  /// All of one domain in one snapshot, without the recorded XML. `nil` where the store does not know it.
  package func file(of key: DomainKey) async throws(StoreError) -> DomainFile? {
    try await read { connection in
      guard let row = try connection.rows(of: key, DomainRow.self).first else { return nil }
      return DomainFile(
        row: row,
        intent: try connection.newestIntent(of: key)?.row(connection),
        heads: BothSides(
          live: try connection.head(.live, of: key), persistent: try connection.head(.persistent, of: key)),
        ledger: try connection.rows(of: key, order: "ORDER BY device, side"),
        applied: try connection.rows(of: key, order: "ORDER BY device"),
        unplugs: try connection.rows(of: key, order: "ORDER BY target_kind, target_name"),
        phantoms: try connection.rows(of: key, order: "ORDER BY device"),
        conditions: try connection.rows(of: key, order: "ORDER BY type"),
        openSteps: try connection.openSteps(of: key), openOperations: try connection.openOperations(of: key))
    }
  }

  /// How many domains this name has had on this host; a new one is the next. Outlives the domains' rows.
  package func incarnations(of name: String, host: HostUUID) async throws(StoreError) -> Int {
    try await read { connection in
      let sql = "SELECT count FROM incarnations WHERE host = ? AND name = ?"
      return Int(try connection.integer(sql, [Value(host), .text(name)]) ?? 0)
    }
  }

  /// Forgets a domain: its record, intents, ledger and journal. The count of its name stays.
  package func remove(_ key: DomainKey) async throws(StoreError) {
    try await write(.remove) { try $0.remove(from: DomainRow.table, where: "domain = ?", [Value(key)]) }
  }
}

extension Connection {
  func saveDomain(_ row: DomainRow) throws {
    try save(row, of: row.key)
    let sql = """
      INSERT INTO incarnations (host, name, count) VALUES (?, ?, ?) \
      ON CONFLICT (host, name) DO UPDATE SET count = excluded.count WHERE count < excluded.count
      """
    try execute(sql, [Value(row.key.host), .text(row.name), Value(row.incarnation)])
  }

  /// - Throws: `Damage` never; a `StoreError` that names the domain where it is not here.
  func requireDomain(_ key: DomainKey, path: String) throws {
    guard try exists(in: DomainRow.table, where: "domain = ?", [Value(key)]) else {
      throw StoreError(.noSuchDomain(key), path: path)
    }
  }
}

extension HostUUID {
  /// The first and the last key that a domain of this host can have.
  fileprivate var range: [Value] {
    [UInt64.min, UInt64.max].map { word in
      Value(DomainKey(host: self, domain: DomainUUID(high: word, low: word)))
    }
  }
}
