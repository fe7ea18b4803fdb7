import GRDB
import Migrations
import Synchronization

/// Up to this size a writer looks at every page when it opens the store, however the last one ended (F14). Measured
/// (SQLite 3.40, two slow cores; 1 MB, 20 MB, 200 MB): quick_check takes 2 ms, 30 ms and 280 ms from memory, 16 ms,
/// 280 ms and 2.8 s from the disk. 4 MB are some 200 domains and at most a fifth of what a reconcile takes; beyond
/// that `vmctl doctor` looks when it is asked, and the sums speak for each row that is read.
private let checkedAlways = 4 << 20

/// The one connection that writes: GRDB opens it and has its queue, everything else goes by way of `Connection`.
final class WritingConnection: Sendable {
  let path: String
  let database: DatabaseQueue
  let waiting = Mutex<[Job]>([])
  /// The epoch of this session, once it has written.
  let epoch = Mutex<Int64?>(nil)
  private let rows: Rows

  /// GRDB's queue guards it: nobody touches it from anywhere else.
  private final class Rows: @unchecked Sendable {
    var connection: Connection?
  }

  /// Opens a store, makes it where there is none, and brings its schema up to date.
  init(_ location: StoreLocation) throws(StoreError) {
    try StoreFolder.make(for: location)
    try StoreFolder.makeFile(at: location)
    // A log that its writer did not fold back: it was killed. That is when a look at the pages is due (F14).
    let isDue =
      StoreFolder.size(of: location.walPath) > 0 || StoreFolder.size(of: location.path) <= checkedAlways
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.foreignKeysEnabled = true
    configuration.label = "vmctl.store"
    configuration.prepareDatabase { database in
      // GRDB's own WAL mode (`journalMode = .wal`, `DatabasePool`) sets synchronous to NORMAL, with which a crash of
      // the host loses commits, and writes at every open (GRDB `Database.swift`, `setUpWALMode`).
      let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
      guard mode == "wal" else { throw StoreError(.io, path: location.path, underlying: "no WAL mode: \(mode ?? "")") }
      try database.execute(sql: "PRAGMA synchronous = FULL")
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
    }
    path = location.path
    rows = Rows()
    do {
      database = try DatabaseQueue(path: location.path, configuration: configuration)
      let connection = rows
      try database.writeWithoutTransaction { database in
        connection.connection = database.sqliteConnection.map { Connection(borrowing: $0, aside: AsideFile(location)) }
        guard let connection = connection.connection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
        connection.dropAuthorizer()
        try WritingConnection.migrate(connection, from: Schema(of: connection, path: location.path).version)
        if isDue { try connection.quickCheck() }
      }
    } catch {
      throw StoreError(error, path: location.path)
    }
  }

  /// Runs the migrations that are missing, all in one transaction: there is no store that is between two versions.
  private static func migrate(_ connection: Connection, from current: Int) throws {
    let missing = Migration.all.filter { $0.version > current }
    guard let newest = missing.last else { return }
    try connection.transaction {
      for migration in missing { try connection.run(script: migration.sql) }
      try connection.run(script: "PRAGMA user_version = \(newest.version)")
    }
  }

  /// Only from within the database's queue.
  func connection() throws -> Connection {
    guard let connection = rows.connection else { throw StoreError(.io, path: path, underlying: "the store is closed") }
    return connection
  }

  /// Reads in one snapshot on the connection's thread, whatever becomes of the calling task.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> Answer
  ) async throws(StoreError) -> Answer {
    let result: Result<Answer, any Error> = await withCheckedContinuation { continuation in
      #if Faults
        if StoreExecution.isInline {
          return database.writeWithoutTransaction { _ in
            continuation.resume(returning: Result { try connection().snapshot(body) })
          }
        }
      #endif
      database.asyncWriteWithoutTransaction { _ in
        continuation.resume(returning: Result { try self.connection().snapshot(body) })
      }
    }
    do {
      return try result.get()
    } catch {
      throw StoreError(error, path: path)
    }
  }

  func close() throws(StoreError) {
    do {
      database.writeWithoutTransaction { _ in
        rows.connection?.forgetStatements()
        rows.connection = nil
      }
      try database.close()
    } catch {
      throw StoreError(error, path: path)
    }
  }
}
