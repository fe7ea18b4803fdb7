import Migrations
import Vocabulary

/// What kind of file a database is, told from its header.
enum Schema: Equatable {
  /// No schema at all: a file that was made and not filled.
  case empty
  case version(Int)

  /// "vmct", as V0001 sets it.
  private static let applicationID: Int64 = 0x766d_6374

  /// - Throws: `.notAStore` where the database is somebody else's, `.newerSchema` where it is from a newer vmctl.
  init(of connection: Connection, path: String) throws {
    let version = Int(try connection.integer("PRAGMA user_version") ?? 0)
    let application = try connection.integer("PRAGMA application_id")
    if application == Schema.applicationID {
      guard version <= Migration.newest else {
        throw StoreError(.newerSchema(found: version, known: Migration.newest), path: path)
      }
      self = .version(version)
      return
    }
    let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
    guard application == 0, version == 0, isEmpty else { throw StoreError(.notAStore, path: path) }
    self = .empty
  }

  var version: Int {
    switch self {
    case .empty: 0
    case .version(let version): version
    }
  }
}

extension Connection {
  /// SQLite's own look at every page; of payloads it sees nothing.
  func quickCheck() throws {
    let answer = try value("PRAGMA quick_check(1)")?.shown
    guard answer == "ok" else { throw Damage(table: "quick_check", key: answer ?? "") }
  }
}
