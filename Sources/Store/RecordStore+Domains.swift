package import Vocabulary

extension RecordStore {
  /// Makes a domain's row as given. An equal row is not written.
  package func save(_ row: DomainRow) async throws(StoreError) {
    try await write(.saveDomain) { try $0.saveDomain(row) }
  }

  package func domain(_ key: DomainKey) async throws(StoreError) -> DomainRow? {
    try await read { try $0.rows(of: key, DomainRow.self).first }
  }

  /// The domains of a name, on every host and in every incarnation that is still here. A damaged row is given as far
  /// as it can be read: `file(of:)` says so.
  package func domains(named name: String) async throws(StoreError) -> [DomainRow] {
    try await read { connection in
      var damage: [Damage] = []
      let sound = try connection.soundRows(
        DomainRow.self, "WHERE name = ? ORDER BY domain", [.text(name)], damage: &damage)
      return sound.map(\.value) + damage.compactMap(\.domainRow)
    }
  }

  /// The domains of a host (of every host where `nil`), by their keys alone: a damaged row is one of them.
  package func keys(host: HostUUID?) async throws(StoreError) -> [DomainKey] {
    try await read { connection in
      var keys: [DomainKey] = []
      let range = host.map { ("WHERE domain BETWEEN ? AND ? ", $0.range) } ?? ("", [])
      try connection.query("SELECT domain FROM domains \(range.0)ORDER BY domain", range.1) {
        if let key = $0[0].domain { keys.append(key) }
      }
      return keys
    }
  }

  /// Every domain of a host (of every host where `nil`) with its digests, without any bytes: what a pass over all,
  /// or a daemon that starts, needs. Says of each what of it is damaged, and hides none for that.
  package func summaries(host: HostUUID? = nil) async throws(StoreError) -> [DomainSummary] {
    let path = location.path
    return try await read { connection in
      let range: (String, [Value]) =
        host.map { ("WHERE domain BETWEEN ? AND ?", $0.range) } ?? ("", [])
      var damage: [Damage] = []
      let sound = try connection.soundRows(DomainRow.self, range.0, range.1, damage: &damage).map(\.value)
      let rows = (sound + damage.compactMap(\.domainRow))
      let heads = try connection.heads(range, damage: &damage)
      let intents = try connection.newestIntents(range, damage: &damage)
      let damaged = Dictionary(grouping: damage, by: \.owner)
      return rows.map { row in
        DomainSummary(
          row: row, generation: intents[row.key]?.generation, canonicalDigest: intents[row.key]?.canonicalDigest,
          heads: heads[row.key] ?? BothSides(live: nil, persistent: nil),
          damage: (damaged[row.key] ?? []).map { StoreError($0, path: path) })
      }
    }
  }

  /// All of one domain in one snapshot, without the recorded XML. What is damaged is left out and told, so that the
  /// rest is of use (F14).
  /// - Parameters:
  ///   - key: the domain.
  ///   - hasDevices: whether its ledger and applied devices are wanted: two rows for each device.
  /// - Returns: `nil` where the store does not know it.
  /// - Throws: where the store cannot be read.
  package func file(of key: DomainKey, hasDevices: Bool = true) async throws(StoreError) -> DomainFile? {
    let path = location.path
    return try await read { connection in
      var damage: [Damage] = []
      let sound = try connection.soundRows(of: key, DomainRow.self, damage: &damage).first
      guard let row = sound ?? damage.first?.domainRow else { return nil }
      var lost: [Damage] = []
      let intent = try connection.readableIntent(of: key, damage: &lost)
      let heads = BothSides(
        live: try connection.head(.live, of: key, damage: &damage),
        persistent: try connection.head(.persistent, of: key, damage: &damage))
      let ledger: [LedgerRow] =
        hasDevices ? try connection.soundRows(of: key, order: "ORDER BY device, side", damage: &damage) : []
      let applied: [AppliedDevice] =
        hasDevices ? try connection.soundRows(of: key, order: "ORDER BY device", damage: &damage) : []
      let unplugs: [UnplugRow] = try connection.soundRows(
        of: key, order: "ORDER BY target_kind, target_name", damage: &damage)
      let phantoms: [PhantomRow] = try connection.soundRows(of: key, order: "ORDER BY device", damage: &damage)
      let conditions: [ConditionRow] = try connection.soundRows(of: key, order: "ORDER BY type", damage: &damage)
      let steps = try connection.openSteps(of: key, damage: &damage)
      return DomainFile(
        row: row, intent: intent, heads: heads, ledger: ledger, applied: applied, unplugs: unplugs,
        phantoms: phantoms, conditions: conditions, openSteps: steps,
        openOperations: try connection.openOperations(of: key, damage: &damage),
        hasRecord: try connection.exists(in: Revision.table, where: "domain = ?", [Value(key)]),
        intentDamage: lost.first.map { StoreError($0, path: path) },
        damage: damage.map { StoreError($0, path: path) })
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

extension Damage {
  /// A damaged row of a domain as far as it can be read, to go on with until the next pass writes it anew. What would
  /// let vmctl do more to the domain than before is taken for the careful value.
  fileprivate var domainRow: DomainRow? {
    guard table == DomainRow.table.name, let owner, let row else { return nil }
    var columns = StoredColumns(row.dropFirst(), owner: owner, table: DomainRow.table)
    // A row that does not even decode leaves its key and, where it is one, its name.
    var found =
      (try? DomainRow(&columns))
      ?? DomainRow(
        key: owner, name: row.dropFirst().first?.shown ?? "", origin: .foreign, createdAt: Timestamp(milliseconds: 0),
        isProtected: true)
    found.power.everStarted = true
    return found
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
  var range: [Value] {
    [UInt64.min, UInt64.max].map { word in
      Value(DomainKey(host: self, domain: DomainUUID(high: word, low: word)))
    }
  }
}
