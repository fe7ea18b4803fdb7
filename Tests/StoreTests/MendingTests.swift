import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

/// F14: what is damaged is mended where something better is at hand, set aside where it can be done without, and told
/// where neither holds.
@Suite struct MendingTests {
  private func damaged(_ sql: String) async throws -> TemporaryStore {
    let place = try TemporaryStore()
    try await Sample.filled(place)
    #expect(try operate(on: place.location.path, sql) > 0)
    return place
  }

  private func kinds(_ errors: [StoreError]) -> [String] {
    errors.map { if case .corrupt(let table, _) = $0.kind { table } else { "\($0.kind)" } }.sorted()
  }

  @Test(arguments: [
    ("UPDATE revisions SET recorded_at = 7", "revisions"), ("UPDATE ledger SET alias = 'x'", "ledger"),
    ("UPDATE applied SET kind = 'x'", "applied"), ("UPDATE unplugs SET said = 'x'", "unplugs"),
    ("UPDATE conditions SET message = 'x'", "conditions"), ("UPDATE steps SET reason = 'x'", "steps"),
    ("UPDATE domains SET failed_starts = 9", "domains"), ("UPDATE domains SET name = 'other'", "domains"),
  ])
  func `a domain with a damaged row is read without it, and says which it was`(_ sql: String, _ table: String)
    async throws
  {
    let place = try await damaged(sql)
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let file = try await reader.file(of: Sample.key()).orThrow("no file")
    #expect(kinds(file.damage) == [table])
    #expect(file.intent?.text == ContiguousArray("mark-intent".utf8))
    #expect(file.hasRecord)
    #expect(try await reader.keys(host: Sample.host) == [Sample.key()])
    #expect(try await reader.summaries().map(\.row.key) == [Sample.key()])
  }

  /// A number once given stays given; an older document is never taken for the newest.
  @Test(arguments: ["UPDATE intents SET source = 'x'", "UPDATE blobs SET bytes = x'00' WHERE size = 11"])
  func `a damaged document is no document, until it is given again`(_ sql: String) async throws {
    let place = try await damaged(sql)
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let file = try await reader.file(of: Sample.key()).orThrow("no file")
    #expect(file.intent == nil)
    #expect(file.intentDamage != nil)
    #expect(file.intentDamage?.wayOut.contains("-f FILE") == true)
    try reader.close()

    let store = try await place.writing()
    try await store.setAsideDamage()
    #expect(try await store.file(of: Sample.key())?.intentDamage != nil)
    // The same document again: it is kept anew, under the next number.
    let again = Sample.intent("mark-intent")
    #expect(try await store.accept(again, for: Sample.domain()) == .accepted(Generation(2)))
    #expect(try await store.file(of: Sample.key())?.intent?.text == ContiguousArray("mark-intent".utf8))
    #expect(try await store.check() == [])
    #expect(!store.mendedDamage.isEmpty)
  }

  @Test(arguments: [
    "UPDATE revisions SET recorded_at = 7",
    "UPDATE blobs SET bytes = zeroblob(length(bytes)) WHERE digest IN (SELECT digest FROM revisions)",
  ])
  func `a damaged record is put right by what libvirt returns`(_ sql: String) async throws {
    let place = try await damaged(sql)
    let store = try await place.writing()
    await #expect(throws: StoreError.self) { try await store.recorded(.live, of: Sample.key()) }
    try await store.record(Sample.sides(live: "<mark-live/>"), of: Sample.key(), origin: .libvirt)
    #expect(try await store.recorded(.live, of: Sample.key())?.xml == XMLText("<mark-live/>"))
    #expect(try await store.check() == [])
    #expect(store.mendedDamage.count == 1)
    // I9: once mended, equal bytes are not written again.
    let changes = try await store.totalChanges()
    try await store.record(Sample.sides(live: "<mark-live/>"), of: Sample.key(), origin: .libvirt)
    #expect(try await store.totalChanges() == changes)
  }

  /// By its sum alone the damaged row would pass for the row that is saved.
  @Test func `a row that is saved as it was is written over damage`() async throws {
    let place = try await damaged("UPDATE domains SET failed_starts = 9")
    let store = try await place.writing()
    try await store.save(Sample.domain(name: "mark-domain"))
    #expect(try await store.domain(Sample.key()) == Sample.domain(name: "mark-domain"))
    #expect(try await store.check() == [])
    // With the row nothing of the domain went.
    #expect(try await store.file(of: Sample.key())?.intent != nil)
  }

  @Test(arguments: [
    "UPDATE operations SET verb = 'x'", "UPDATE steps SET reason = 'x'",
    "UPDATE blobs SET bytes = x'00' WHERE digest IN (SELECT xml_digest FROM steps)",
    "UPDATE unplugs SET said = 'x'", "UPDATE conditions SET message = 'x'",
  ])
  func `what can be done without is set aside and kept in a file`(_ sql: String) async throws {
    let place = try await damaged(sql)
    let store = try await place.writing()
    try await store.setAsideDamage()
    #expect(try await store.check() == [])
    #expect(!store.mendedDamage.isEmpty)
    try store.close()
    let lines = try String(contentsOfFile: place.location.asidePath, encoding: .utf8).split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    #expect(try mode(of: place.location.asidePath) == 0o600)
  }

  @Test func `what is sound is left where it is`() async throws {
    let place = try TemporaryStore()
    try await Sample.filled(place)
    let store = try await place.writing()
    let before = try await store.totalChanges()
    try await store.setAsideDamage()
    #expect(try await store.totalChanges() == before)
    #expect(!FileManager.default.fileExists(atPath: place.location.asidePath))
  }

  /// A small store is looked at whole by every writer, also after one that ended in order.
  @Test func `a damaged page of a small store is noticed by the next writer`() async throws {
    let place = try TemporaryStore()
    try await Sample.filled(place)
    let data = try Data(contentsOf: URL(filePath: place.location.path))
    let row = try data.range(of: Data("mark-ledger".utf8)).orThrow("no row").lowerBound
    try overwrite(place.location.path, at: row / 4_096 * 4_096, with: Array(repeating: 0xa5, count: 100))
    let error = await #expect(throws: StoreError.self) { try await place.writing() }
    guard case .corrupt(table: "quick_check", _)? = error?.kind else {
      Issue.record("not told as damage: \(String(describing: error))")
      return
    }
    #expect(error?.wayOut.contains("vmctl store restore") == true)
  }
}
