import GRDB
import GRDBSQLite

extension StoreError {
  /// An error from inside a transaction, in the store's words.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let damage as Damage: self.init(damage, path: path)
    case let failure as SQLiteFailure: self.init(code: failure.code, message: failure.message, path: path)
    case let error as DatabaseError:
      self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "", path: path)
    default: self.init(.io, path: path, underlying: "\(error)")
    }
  }

  private init(code: Int32, message: String, path: String) {
    // The low byte is the primary code; the rest says more about it (https://www.sqlite.org/rescode.html).
    let primary = code & 0xff
    let kind: Kind =
      switch primary {
      // The log's index is a file that is grown and mapped: for want of room that is an I/O error, or no file at all.
      case SQLITE_IOERR where StoreFolder.isFull(path), SQLITE_CANTOPEN where StoreFolder.isFull(path): .diskFull
      case SQLITE_FULL: .diskFull
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      case SQLITE_READONLY: .readOnly
      case SQLITE_PERM, SQLITE_AUTH: .denied
      case SQLITE_CORRUPT: .corrupt(table: "", key: "")
      case SQLITE_NOTADB: .notAStore
      default: .io
      }
    self.init(kind, path: path, underlying: "\(message) (SQLite code \(code))")
  }

  init(_ damage: Damage, path: String) {
    self.init(.corrupt(table: damage.table, key: damage.key), path: path)
  }
}
