import GRDB
import GRDBSQLite

extension StoreError {
  /// An error from inside a transaction, in the store's words.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StoreError: self = error
    case let damage as Damage: self.init(.corrupt(table: damage.table, key: damage.key), path: path)
    case let failure as SQLiteFailure: self.init(code: failure.code, message: failure.message, path: path)
    case let error as DatabaseError:
      self.init(code: error.extendedResultCode.rawValue, message: error.message ?? "", path: path)
    default: self.init(.io, path: path, underlying: "\(error)")
    }
  }

  private init(code: Int32, message: String, path: String) {
    // The low byte is the primary code; the rest says more about it (https://www.sqlite.org/rescode.html).
    let kind: Kind =
      switch code & 0xff {
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
}
