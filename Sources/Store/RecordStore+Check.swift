import Vocabulary

extension RecordStore {
  /// Looks at every page, every row's sum and every blob, for `vmctl doctor`. Reads the whole store.
  /// - Returns: what is damaged; empty where nothing is.
  package func check() async throws(StoreError) -> [StoreError] {
    let path = location.path
    return try await read { connection in
      var found: [StoreError] = []
      func look(_ body: () throws -> Void) {
        do { try body() } catch { found.append(StoreError(error, path: path)) }
      }
      look { try connection.quickCheck() }
      look { _ = try connection.rows(DomainRow.self, "") }
      look { _ = try connection.rows(Revision.self, "") }
      look { _ = try connection.rows(IntentHead.self, "") }
      look { _ = try connection.rows(LedgerRow.self, "") }
      look { _ = try connection.rows(AppliedDevice.self, "") }
      look { _ = try connection.rows(OperationRow.self, "") }
      look { _ = try connection.rows(StepHead.self, "") }
      look { _ = try connection.rows(UnplugRow.self, "") }
      look { _ = try connection.rows(PhantomRow.self, "") }
      look { _ = try connection.rows(ConditionRow.self, "") }
      look {
        var digests: [Value] = []
        try connection.query("SELECT digest FROM blobs") { digests.append($0[0]) }
        for value in digests {
          look {
            guard let digest = value.digest else { throw Damage(table: "blobs", key: value.shown) }
            _ = try connection.blob(digest)
          }
        }
      }
      return found
    }
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
