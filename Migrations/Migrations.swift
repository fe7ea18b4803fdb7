/// The SQL of the store's schema, in the order in which it is run. A shipped file is never edited: add the next one.
package struct Migration: Sendable {
  /// The schema's version (`user_version`) after it ran: 1, 2, …
  package let version: Int
  /// The file's name without `.sql`. It starts with a letter: SwiftPM replaces a leading digit, and names would clash.
  package let name: String
  package let sql: String

  /// Every migration; a test holds it equal to the folder.
  package static let all: [Migration] = [
    Migration(version: 1, name: "V0001_init", sql: String(decoding: PackageResources.V0001_init_sql, as: UTF8.self)),
    Migration(
      version: 2, name: "V0002_runs", sql: String(decoding: PackageResources.V0002_runs_sql, as: UTF8.self)),
    Migration(
      version: 3, name: "V0003_requests", sql: String(decoding: PackageResources.V0003_requests_sql, as: UTF8.self)),
    Migration(
      version: 4, name: "V0004_packed", sql: String(decoding: PackageResources.V0004_packed_sql, as: UTF8.self)),
  ]

  /// The version of a store that this program writes.
  package static var newest: Int { all.last?.version ?? 0 }
}
