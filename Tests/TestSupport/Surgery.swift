import GRDBSQLite

/// Changes a store behind vmctl's back, as a bad disk would: the rows' sums stay as they were.
/// - Returns: how many rows were changed.
@discardableResult
package func operate(on path: String, _ sql: String) throws -> Int {
  var handle: OpaquePointer?
  defer { sqlite3_close_v2(handle) }
  guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
    sqlite3_exec(handle, "PRAGMA trusted_schema = ON; PRAGMA foreign_keys = OFF; " + sql, nil, nil, nil) == SQLITE_OK
  else { throw SurgeryFailed(what: String(cString: sqlite3_errmsg(handle))) }
  return Int(sqlite3_changes(handle))
}

package struct SurgeryFailed: Error {
  package let what: String
}
