import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct BackupTests {
  private func restore(_ file: String, _ place: TemporaryStore) async throws -> StoreRestoration {
    let lock = try await StoreLock.acquire(place.location, command: "test", since: Sample.at(0))
    return try await RecordStore.restore(
      from: StoreLocation(path: file), to: place.location, lock: lock, at: Sample.at(0))
  }

  @Test func `a backup brings back a row of every table`() async throws {
    let place = try TemporaryStore()
    try await Sample.filled(place)
    let file = place.folder + "/backup.db"
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let backup = try await reader.backUp(to: file)
    #expect(backup.domains == 1)
    #expect(try mode(of: file) == 0o600)
    let tables = [
      "domains", "revisions", "intents", "ledger", "applied", "operations", "steps", "unplugs", "conditions",
      "blobs", "incarnations",
    ]
    let before = try contents(of: place.location.path, tables)
    #expect(before.allSatisfy { $0.value > 0 })
    #expect(before.count == tables.count)

    let other = try TemporaryStore()
    let done = try await restore(file, other)
    #expect(done.kept == nil)
    #expect(try contents(of: other.location.path, tables) == before)
    let restored = try RecordStore.openForReading(other.location).orThrow("no store")
    #expect(try await restored.intent(of: Sample.key())?.text == ContiguousArray("mark-intent".utf8))
    #expect(try await restored.recorded(.live, of: Sample.key())?.xml == XMLText("<mark-live/>"))
    #expect(try await restored.check() == [])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: other.folder).sorted() == ["vmctl.db", "vmctl.db.lock"])
    #expect(try mode(of: other.location.path) == 0o600)
  }

  /// Rows of each table; a change that touches all rows counts them.
  private func contents(of path: String, _ tables: [String]) throws -> [String: Int] {
    let copy = path + ".count"
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    defer { for suffix in ["", "-wal", "-shm"] { unlink(copy + suffix) } }
    var counts: [String: Int] = [:]
    for table in tables {
      let column = table == "blobs" ? "codec" : table == "incarnations" ? "count" : "sum"
      counts[table] = try operate(on: copy, "UPDATE \(table) SET \(column) = \(column)")
    }
    return counts
  }

  /// While a writer goes on: each backup is one state, no state is missed.
  @Test func `a backup is taken beside a writer`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    async let writing: Void = {
      for number in UInt64(1)...150 {
        _ = try await store.accept(Sample.intent("document \(number)"), for: Sample.domain(number))
        try await store.record(Sample.sides(live: "<d n='\(number)'/>"), of: Sample.key(number), origin: .ours)
      }
    }()
    for number in 0..<6 {
      guard let reader = try RecordStore.openForReading(place.location) else { continue }
      let file = place.folder + "/backup-\(number).db"
      _ = try await reader.backUp(to: file)
      let copy = try RecordStore.openForReading(StoreLocation(path: file)).orThrow("no backup")
      #expect(try await copy.check() == [])
    }
    try await writing
    let file = place.folder + "/last.db"
    #expect(try await store.backUp(to: file).domains == 150)
  }

  @Test func `a file that is there is not replaced without being told`() async throws {
    let place = try TemporaryStore()
    try await Sample.filled(place)
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let file = place.folder + "/backup.db"
    try Data("mine".utf8).write(to: URL(filePath: file))
    let error = await #expect(throws: StoreError.self) { try await reader.backUp(to: file) }
    #expect(error?.kind == .taken)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
    _ = try await reader.backUp(to: file, overwriting: true)
    #expect(try RecordStore.openForReading(StoreLocation(path: file)) != nil)
    let own = await #expect(throws: StoreError.self) {
      try await reader.backUp(to: place.location.path, overwriting: true)
    }
    #expect(own?.kind == .taken)
  }

  @Test func `a backup of a damaged store is refused and leaves nothing`() async throws {
    let place = try TemporaryStore()
    try await Sample.filled(place)
    try operate(on: place.location.path, "UPDATE ledger SET alias = 'x'")
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let error = await #expect(throws: StoreError.self) { try await reader.backUp(to: place.folder + "/backup.db") }
    guard case .corrupt(table: "ledger", _)? = error?.kind else {
      Issue.record("not told as damage: \(String(describing: error))")
      return
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.folder).filter { $0.hasPrefix("backup") } == [])
  }

  @Test(arguments: [
    "UPDATE ledger SET alias = 'x'", "UPDATE blobs SET bytes = x'00' WHERE size = 11", "PRAGMA application_id = 7",
    "PRAGMA user_version = 99", "not a database", "",
  ])
  func `a backup that is damaged, foreign or newer is refused, and the store is as it was`(_ sql: String) async throws {
    let source = try TemporaryStore()
    try await Sample.filled(source)
    if sql == "not a database" {
      try Data(sql.utf8).write(to: URL(filePath: source.location.path))
    } else if sql.isEmpty {
      try FileManager.default.removeItem(atPath: source.location.path)
    } else {
      try operate(on: source.location.path, sql)
    }
    let place = try TemporaryStore()
    let store = try await place.writing()
    try await store.save(Sample.domain(2, name: "kept"))
    try store.close()
    let before = try snapshot(of: place.folder)
    let error = await #expect(throws: StoreError.self) { try await restore(source.location.path, place) }
    #expect(error?.path == source.location.path)
    #expect(try snapshot(of: place.folder) == before)
  }

  @Test func `the replaced store stays beside the new one, with what was newer in it`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    _ = try await store.accept(Sample.intent("one"), for: Sample.domain())
    let file = place.folder + "/backup.db"
    _ = try await store.backUp(to: file)
    _ = try await store.accept(Sample.intent("two"), for: Sample.domain())
    _ = try await store.accept(Sample.intent("other"), for: Sample.domain(2, name: "web-2"))
    try store.close()
    let done = try await restore(file, place)
    #expect(done.older.map(\.name).sorted() == ["web-1", "web-2"])
    #expect(done.older.first { $0.name == "web-1" }?.restored == Generation(1))
    #expect(done.older.first { $0.name == "web-1" }?.replaced == Generation(2))
    let kept = try done.kept.orThrow("not kept")
    #expect(kept == place.location.path + ".replaced-20231114T221320Z")
    let old = try RecordStore.openForReading(StoreLocation(path: kept)).orThrow("no old store")
    #expect(try await old.intent(of: Sample.key())?.generation == Generation(2))
    let new = try await place.writing()
    #expect(try await new.intent(of: Sample.key())?.generation == Generation(1))
    // R16: the floor is what the domain says; the number is not given again.
    let next = try await new.accept(Sample.intent("three"), for: Sample.domain(), floor: Generation(2))
    #expect(next == .accepted(Generation(3)))
  }

  /// Also the document that the store has already, where a later one was applied.
  @Test func `a floor is not gone below by a document that is known`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    #expect(try await store.accept(Sample.intent("one"), for: Sample.domain()) == .accepted(Generation(1)))
    #expect(
      try await store.accept(Sample.intent("one"), for: Sample.domain(), floor: Generation(4))
        == .accepted(Generation(5)))
    #expect(
      try await store.accept(Sample.intent("one"), for: Sample.domain(), floor: Generation(4))
        == .unchanged(Generation(5)))
  }

  @Test func `a store that cannot be read is replaced and kept`() async throws {
    let source = try TemporaryStore()
    try await Sample.filled(source)
    let place = try TemporaryStore()
    try Data("no database at all".utf8).write(to: URL(filePath: place.location.path))
    let done = try await restore(source.location.path, place)
    #expect(done.unreadable != nil)
    #expect(try String(contentsOfFile: done.kept.orThrow("not kept"), encoding: .utf8) == "no database at all")
    #expect(try await place.writing().check() == [])
  }

  @Test func `a restore waits for nobody who writes`() async throws {
    let place = try TemporaryStore()
    try await Sample.filled(place)
    let writer = try await place.writing()
    let error = await #expect(throws: StoreError.self) { try await restore(place.folder + "/no.db", place) }
    guard case .held? = error?.kind else {
      Issue.record("not told who holds it: \(String(describing: error))")
      return
    }
    try writer.close()
  }
}
