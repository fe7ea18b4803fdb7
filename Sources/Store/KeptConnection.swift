#if Faults
  import GRDB
  import Synchronization

  /// A writer that ended in order leaves its connection here, and the next one of the same store takes it: to open a
  /// store and to prepare its statements anew is a third of what a simulated command does.
  ///
  /// Whoever plays the death of a process in full drops it, for no connection outlives its process.
  package final class KeptConnection: Sendable {
    private let connection = Mutex<WritingConnection?>(nil)

    package init() {}

    /// Closes what is kept.
    package func drop() throws(StoreError) { try replace(with: nil)?.close() }

    /// Rows changed since the connection was opened; `nil` where none is kept.
    package func changes() throws -> Int? {
      let kept = connection.withLock { $0 }
      return try kept.map { writing in
        try writing.database.writeWithoutTransaction { _ in try writing.connection().totalChanges }
      }
    }

    /// The store behind what is kept, to look at; not to be closed. `nil` where none is kept.
    package func store() -> RecordStore? {
      guard let kept = connection.withLock({ $0 }) else { return nil }
      return RecordStore.looking(StoreLocation(path: kept.path), by: kept)
    }

    /// Takes everything out of the store, as if it had just been made.
    /// - Returns: whether there was a connection to do it by.
    package func empty() throws -> Bool {
      guard let writing = connection.withLock({ $0 }) else { return false }
      try writing.database.writeWithoutTransaction { _ in
        let rows = try writing.connection()
        var tables: [String] = []
        try rows.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('writer')") { row in
          if case .text(let name) = row[0] { tables.append(name) }
        }
        try rows.transaction {
          try rows.execute("PRAGMA defer_foreign_keys = ON")
          for table in tables { try rows.execute("DELETE FROM \(table)") }
          try rows.execute("UPDATE writer SET epoch = 0")
        }
      }
      return true
    }

    /// What is kept of the store at this place, as good as opened: its file is there, and its session is a new one.
    func take(_ location: StoreLocation) throws(StoreError) -> WritingConnection? {
      guard let found = replace(with: nil) else { return nil }
      guard found.path == location.path, StoreFolder.exists(location.path) else {
        try found.close()
        return nil
      }
      found.epoch.withLock { $0 = nil }
      return found
    }

    func keep(_ new: WritingConnection) throws(StoreError) { try replace(with: new)?.close() }

    private func replace(with new: WritingConnection?) -> WritingConnection? {
      connection.withLock { connection in
        defer { connection = new }
        return connection
      }
    }
  }
#endif
