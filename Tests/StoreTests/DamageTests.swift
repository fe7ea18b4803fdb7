import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

/// F14: SQLite's own checks do not notice a changed payload; the sums do.
@Suite struct DamageTests {
  /// A text that is in one row of the table, and a look that reads that row.
  struct Case: Sendable, CustomTestStringConvertible {
    let table: String
    let marker: String
    let look: @Sendable (RecordStore) async throws -> Void
    var testDescription: String { table }
  }

  static let cases: [Case] = [
    Case(table: "domains", marker: "mark-domain") { _ = try await $0.domain(Sample.key()) },
    Case(table: "blobs", marker: "<mark-live/>") { _ = try await $0.recorded(.live, of: Sample.key()) },
    Case(table: "blobs", marker: "mark-intent") { _ = try await $0.intent(of: Sample.key()) },
    Case(table: "intents", marker: "mark-source") { _ = try await $0.intent(of: Sample.key()) },
    Case(table: "ledger", marker: "mark-ledger") { _ = try await $0.ledger(of: Sample.key()) },
    Case(table: "applied", marker: "mark-applied") { _ = try await $0.applied(of: Sample.key()) },
    Case(table: "unplugs", marker: "mark-unplug") { _ = try await $0.unplugs() },
    Case(table: "conditions", marker: "mark-condition") { _ = try await $0.conditions(of: Sample.key()) },
    Case(table: "operations", marker: "mark-verb") { _ = try await $0.operations() },
    Case(table: "steps", marker: "mark-reason") { _ = try await $0.openSteps() },
    Case(table: "blobs", marker: "<mark-step/>") { _ = try await $0.openSteps() },
  ]

  private func filled() async throws -> TemporaryStore {
    let place = try TemporaryStore()
    try await Sample.filled(place)
    let store = try await place.writing()
    #expect(try await store.check() == [])
    try store.close()
    return place
  }

  @Test(arguments: cases)
  func `a changed byte is noticed when the row is read`(damage: Case) async throws {
    let place = try await filled()
    try spoil(damage.marker, in: place.location.path)
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let error = await #expect(throws: StoreError.self) { try await damage.look(reader) }
    guard case .corrupt(let table, let key)? = error?.kind else {
      Issue.record("not told as damage: \(String(describing: error))")
      return
    }
    #expect(table == damage.table)
    #expect(!key.isEmpty)
    #expect(error?.path == place.location.path)
    // quick_check has not seen it; the whole look names it.
    #expect(try await reader.check().contains { $0.kind == error?.kind })
  }

  /// A store that is too big to be looked at whole each time.
  @Test func `a damaged page is noticed at the opening after a kill`() async throws {
    let place = try await filled()
    let store = try await place.writing()
    // Nothing that packs well.
    let noise = (0..<(6 << 17)).map { _ in UInt64.random(in: .min ... .max) }.withUnsafeBytes { Data($0) }
    _ = try await store.accept(Sample.intent(noise.base64EncodedString()), for: Sample.domain(2))
    try store.close()
    // The page of a row, from its head: whatever is there, it is no tree any more.
    let data = try Data(contentsOf: URL(fileURLWithPath: place.location.path))
    let row = try data.range(of: Data("mark-ledger".utf8)).orThrow("no row").lowerBound
    try overwrite(place.location.path, at: row / 4_096 * 4_096, with: Array(repeating: 0xa5, count: 100))
    // Closed in order: the rows speak for themselves when they are read.
    try await place.writing().close()
    try Data("a log that nobody folded back".utf8).write(to: URL(fileURLWithPath: place.location.path + "-wal"))
    let error = await #expect(throws: StoreError.self) { try await place.writing() }
    guard case .corrupt(table: "quick_check", _)? = error?.kind else {
      Issue.record("not told as damage: \(String(describing: error))")
      return
    }
    #expect(error?.description.contains("vmctl store restore") == true)
  }
}
