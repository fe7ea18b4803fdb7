import GRDBSQLite
import Vocabulary

/// A thin face of SQLite's C interface: statements kept by their text, values bound, rows read.
///
/// GRDB opens and queues for the writer; everything else goes by here, for a writer and a looking command alike. Measured
/// (release, static, first thing a process does): opening and reading one domain takes 5.2 ms of CPU through GRDB's
/// queue, statements and rows and 2.0 ms through this, and a looking command has 15 ms in all (design section 13).
///
/// Not Sendable: whoever has it has the connection to itself.
final class Connection {
  private let handle: OpaquePointer
  private let isOwned: Bool
  /// Where damaged rows are put; `nil` where nothing is ever written.
  let aside: AsideFile?
  /// The damage that the work at hand has mended.
  var mended: [Damage] = []
  /// Looked through from the front: there are few, and the first dictionary of a kind costs a process 0.2 ms.
  private var statements: [(sql: String, statement: OpaquePointer)] = []

  /// Opens a database to look at. `uri` is a `file:` URI.
  init(reading uri: String) throws {
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let code = sqlite3_open_v2(uri, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      let failure = Connection.failure(code, handle)
      sqlite3_close_v2(handle)
      throw failure
    }
    self.handle = handle
    isOwned = true
    aside = nil
  }

  /// Uses a connection that somebody else opened and closes.
  init(borrowing handle: OpaquePointer, aside: AsideFile) {
    self.handle = handle
    isOwned = false
    self.aside = aside
  }

  /// Opens a file of our own to be filled with a copy. It is thrown away where anything fails, so it needs no journal.
  init(filling path: String) throws {
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      let failure = Connection.failure(code, handle)
      sqlite3_close_v2(handle)
      throw failure
    }
    self.handle = handle
    isOwned = true
    aside = nil
    try execute("PRAGMA journal_mode = OFF")
    try execute("PRAGMA synchronous = OFF")
  }

  /// SQLite's online backup (https://www.sqlite.org/backup.html): every page of one state of the database, beside
  /// whoever reads and writes. In one step, for with a write-ahead log it holds nobody up.
  func copy(to destination: Connection) throws {
    destination.forgetStatements()
    guard let backup = sqlite3_backup_init(destination.handle, "main", handle, "main") else {
      throw Connection.failure(sqlite3_errcode(destination.handle), destination.handle)
    }
    let code = sqlite3_backup_step(backup, -1)
    let end = sqlite3_backup_finish(backup)
    guard code == SQLITE_DONE, end == SQLITE_OK else {
      throw Connection.failure(code == SQLITE_DONE ? end : code, destination.handle)
    }
  }

  deinit {
    forgetStatements()
    if isOwned { sqlite3_close_v2(handle) }
  }

  /// Drops the kept statements: a connection with statements does not close.
  func forgetStatements() {
    for kept in statements { sqlite3_finalize(kept.statement) }
    statements = []
  }

  /// Rows changed since the connection was opened.
  var totalChanges: Int { Int(sqlite3_total_changes64(handle)) }

  /// Waits as long as this for another connection's lock.
  func wait(_ duration: Duration) {
    sqlite3_busy_timeout(handle, Int32(duration / .milliseconds(1)))
  }

  /// Runs a statement and hands over each of its rows.
  func query(_ sql: String, _ arguments: [Value] = [], row: (borrowing Columns) throws -> Void) throws {
    let statement = try statement(sql)
    defer { sqlite3_reset(statement) }
    for (index, argument) in arguments.enumerated() { try bind(argument, to: statement, at: Int32(index + 1)) }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: try row(Columns(statement: statement))
      case SQLITE_DONE: return
      case let code: throw Connection.failure(code, handle)
      }
    }
  }

  func execute(_ sql: String, _ arguments: [Value] = []) throws {
    try query(sql, arguments) { _ in }
  }

  /// The first column of the first row; `nil` where there is no row.
  func value(_ sql: String, _ arguments: [Value] = []) throws -> Value? {
    var found: Value?
    try query(sql, arguments) { row in if found == nil { found = row[0] } }
    return found
  }

  func integer(_ sql: String, _ arguments: [Value] = []) throws -> Int64? {
    guard case .integer(let number)? = try value(sql, arguments) else { return nil }
    return number
  }

  /// Stops asking GRDB about each column of each statement that is prepared. It asks on behalf of observers, and a store
  /// has none; it was a fifth of all that a reconcile without a wait did.
  func dropAuthorizer() {
    sqlite3_set_authorizer(handle, nil, nil)
  }

  /// Runs all statements of a text.
  func run(script: String) throws {
    let code = sqlite3_exec(handle, script, nil, nil, nil)
    guard code == SQLITE_OK else { throw Connection.failure(code, handle) }
  }

  /// Whether a transaction is open. On a full disk or an I/O error SQLite may have rolled it back by itself.
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// Runs `body` in a transaction that has the right to write from its beginning. An error leaves nothing of it behind.
  func transaction(_ body: () throws -> Void) throws {
    try execute("BEGIN IMMEDIATE")
    do {
      try body()
      try execute("COMMIT")
    } catch {
      // The first error is the one to tell. What cannot be rolled back now is when the connection goes.
      if isInTransaction { try? execute("ROLLBACK") }
      throw error
    }
  }

  /// Runs `body` so that an error takes back what it did and leaves the transaction around it as it was before.
  func savepoint(_ body: () throws -> Void) throws {
    try execute("SAVEPOINT job")
    do {
      try body()
    } catch {
      if isInTransaction {
        try execute("ROLLBACK TO job")
        try execute("RELEASE job")
      }
      throw error
    }
    try execute("RELEASE job")
  }

  /// Runs `body` on one state of the database.
  func snapshot<Result>(_ body: (Connection) throws -> Result) throws -> Result {
    try execute("BEGIN")
    let result: Result
    do {
      result = try body(self)
    } catch {
      // The first error is the one to tell; a rollback of a read fails only where the connection is lost as well.
      try? execute("ROLLBACK")
      throw error
    }
    try execute("COMMIT")
    return result
  }

  private func statement(_ sql: String) throws -> OpaquePointer {
    if let kept = statements.first(where: { $0.sql == sql }) { return kept.statement }
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement else { throw Connection.failure(code, handle) }
    statements.append((sql, statement))
    return statement
  }

  private func bind(_ value: Value, to statement: OpaquePointer, at index: Int32) throws {
    // SQLITE_TRANSIENT, which is a cast in C: SQLite copies what it is given.
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    let code =
      switch value {
      case .null: sqlite3_bind_null(statement, index)
      case .integer(let number): sqlite3_bind_int64(statement, index, number)
      // An empty text may have no address, and SQLite takes none for NULL.
      case .text(""): sqlite3_bind_text(statement, index, "", 0, copied)
      case .text(var text):
        text.withUTF8 { bytes in
          bytes.withMemoryRebound(to: CChar.self) { characters in
            sqlite3_bind_text64(
              statement, index, characters.baseAddress, UInt64(characters.count), copied, UInt8(SQLITE_UTF8))
          }
        }
      case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(statement, index, 0)
      case .blob(let bytes):
        bytes.withUnsafeBytes { bytes in
          sqlite3_bind_blob64(statement, index, bytes.baseAddress, UInt64(bytes.count), copied)
        }
      }
    guard code == SQLITE_OK else { throw Connection.failure(code, handle) }
  }

  private static func failure(_ code: Int32, _ handle: OpaquePointer?) -> SQLiteFailure {
    SQLiteFailure(code: code, message: handle.map { String(cString: sqlite3_errmsg($0)) } ?? "")
  }
}

/// What SQLite said: its extended result code and its words.
struct SQLiteFailure: Error {
  let code: Int32
  let message: String
}
