/// What the connection's safety rests on, as SQLite answers it. For tests and `vmctl doctor`.
package struct StoreSettings: Sendable, Hashable {
  package let journalMode: String
  /// 0 off, 1 normal, 2 full: only 2 survives a crash of the host.
  package let synchronous: Int
  package let foreignKeys: Bool
  package let trustedSchema: Bool
  package let busyTimeout: Duration
  package let schema: Int
}

/// How much a store holds, in bytes.
package struct StoreUsage: Sendable, Hashable {
  package let blobs: Int
  /// What the blobs hold.
  package let contentBytes: Int
  /// What they take, as they are kept.
  package let blobBytes: Int
  /// The database file with what is still in its log.
  package let fileBytes: Int
}
