package import Vocabulary

extension RecordStore {
  /// Looks at every page, every row's sum and every blob, for `vmctl doctor`. Reads the whole store.
  /// - Returns: what is damaged; empty where nothing is.
  package func check() async throws(StoreError) -> [StoreError] {
    let path = location.path
    return try await read { connection in
      var found: [StoreError] = []
      func look(_ body: (inout [Damage]) throws -> Void) {
        var damage: [Damage] = []
        do { try body(&damage) } catch { found.append(StoreError(error, path: path)) }
        found += damage.map { StoreError($0, path: path) }
      }
      look { _ in try connection.quickCheck() }
      look { _ = try connection.soundRows(DomainRow.self, "", damage: &$0) }
      look { $0 = try connection.damagedRevisions("", []).map(\.damage) }
      look { $0 = try connection.damagedIntents("", []).map(\.damage) }
      look { _ = try connection.soundRows(LedgerRow.self, "", damage: &$0) }
      look { _ = try connection.soundRows(AppliedDevice.self, "", damage: &$0) }
      look { _ = try connection.soundRows(OperationRow.self, "", damage: &$0) }
      look { $0 = try connection.damagedSteps("", []) }
      look { _ = try connection.soundRows(UnplugRow.self, "", damage: &$0) }
      look { _ = try connection.soundRows(PhantomRow.self, "", damage: &$0) }
      look { _ = try connection.soundRows(ConditionRow.self, "", damage: &$0) }
      look { damage in
        var digests: [Value] = []
        try connection.query("SELECT digest FROM blobs") { digests.append($0[0]) }
        for value in digests {
          if let digest = value.digest, try connection.isSound(digest) { continue }
          damage.append(Damage(table: "blobs", key: value.shown))
        }
      }
      return found
    }
  }

  /// Sets damaged rows aside that can be done without: the journal's, waits, and what the next pass over the domain
  /// writes anew. The newest document and the newest record of a domain stay where they are, damaged or not: the one
  /// is given again, the other read from libvirt again.
  /// - Parameter key: the domain; `nil` for the whole store.
  /// - Throws: `.readOnly` where the store is open for looking; what stands in the way of writing.
  package func setAsideDamage(of key: DomainKey? = nil) async throws(StoreError) {
    try await write(.setAside) { try $0.setAsideWhatIsSpare(of: key) }
  }

  /// How much there is.
  package func usage() async throws(StoreError) -> StoreUsage {
    try await read { connection in
      func number(_ sql: String) throws -> Int { Int(try connection.integer(sql) ?? 0) }
      return StoreUsage(
        blobs: try number("SELECT count(*) FROM blobs"),
        contentBytes: try number("SELECT coalesce(sum(size), 0) FROM blobs"),
        blobBytes: try number("SELECT coalesce(sum(length(bytes)), 0) FROM blobs"),
        fileBytes: try number("PRAGMA page_count") * number("PRAGMA page_size"))
    }
  }

  /// What the connection's safety rests on, as SQLite answers it.
  package func settings() async throws(StoreError) -> StoreSettings {
    try await read { connection in
      func number(_ pragma: String) throws -> Int { Int(try connection.integer("PRAGMA " + pragma) ?? -1) }
      return StoreSettings(
        journalMode: try connection.value("PRAGMA journal_mode")?.shown ?? "",
        synchronous: try number("synchronous"), foreignKeys: try number("foreign_keys") == 1,
        trustedSchema: try number("trusted_schema") == 1, busyTimeout: .milliseconds(try number("busy_timeout")),
        schema: try number("user_version"))
    }
  }

  /// Rows that this connection has inserted, changed or deleted since it was opened (`sqlite3_total_changes`, I9).
  package func totalChanges() async throws(StoreError) -> Int {
    try await read { $0.totalChanges }
  }

  /// Bytes in the write-ahead log: a commit without changes adds none (I9).
  package func walSize() -> Int {
    StoreFolder.size(of: location.walPath)
  }
}
