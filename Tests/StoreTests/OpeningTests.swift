import Foundation
import Migrations
import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct OpeningTests {
  /// I6: with `synchronous = NORMAL` a crash of the host loses the last commits.
  @Test func `the writer is in WAL mode and waits for the disk at every commit`() async throws {
    let place = try TemporaryStore()
    let settings = try await place.writing().settings()
    #expect(settings.journalMode == "wal")
    #expect(settings.synchronous == 2)
    #expect(settings.foreignKeys)
    #expect(!settings.trustedSchema)
    #expect(settings.busyTimeout == .seconds(5))
    #expect(settings.schema == Migration.newest)
  }

  @Test func `a store is made for its owner alone`() async throws {
    let place = try TemporaryStore()
    let location = StoreLocation(path: place.folder + "/deep/er/vmctl.db")
    let lock = try await StoreLock.acquire(location, command: "test", since: Sample.at(0))
    let store = try RecordStore.openForWriting(location, lock: lock)
    try await store.save(Sample.domain())
    #expect(try mode(of: location.folder) == 0o700)
    for suffix in ["", "-wal", "-shm", ".lock"] { #expect(try mode(of: location.path + suffix) == 0o600) }
  }

  /// I9: opening for writing what is up to date changes no byte.
  @Test func `opening again writes nothing`() async throws {
    let place = try TemporaryStore()
    let first = try await place.writing()
    try await first.save(Sample.domain())
    try first.close()
    let before = try snapshot(of: place.folder)
    let second = try await place.writing()
    #expect(try await second.domain(Sample.key()) == Sample.domain())
    try second.close()
    #expect(try snapshot(of: place.folder) == before)
  }

  @Test func `the lock of another store opens nothing`() async throws {
    let place = try TemporaryStore()
    let other = try TemporaryStore()
    let lock = try await StoreLock.acquire(other.location, command: "test", since: Sample.at(0))
    #expect(throws: StoreError(.held(by: nil), path: place.location.path)) {
      try RecordStore.openForWriting(place.location, lock: lock)
    }
  }

  @Test func `a store of a newer vmctl is refused both ways`() async throws {
    let place = try TemporaryStore()
    try await place.writing().close()
    try overwrite(place.location.path, at: 60, with: [0, 0, 0, 99])
    let refused = StoreError(.newerSchema(found: 99, known: Migration.newest), path: place.location.path)
    #expect(throws: refused) { try RecordStore.openForReading(place.location) }
    await #expect(throws: refused) { try await place.writing() }
  }

  @Test func `an older schema is not read`() async throws {
    let place = try TemporaryStore()
    try await place.writing().close()
    try overwrite(place.location.path, at: 60, with: [0, 0, 0, 0])
    #expect(throws: StoreError(.olderSchema(found: 0, known: Migration.newest), path: place.location.path)) {
      try RecordStore.openForReading(place.location)
    }
  }

  @Test(arguments: ["this is no database, but it is long enough for a header", "SQLite format 3\u{0}"])
  func `a file of something else is refused and left alone`(text: String) async throws {
    let place = try TemporaryStore()
    try Data(text.utf8).write(to: URL(fileURLWithPath: place.location.path))
    #expect { try RecordStore.openForReading(place.location) } throws: { ($0 as? StoreError)?.kind == .notAStore }
    await #expect { try await place.writing() } throws: { ($0 as? StoreError)?.kind == .notAStore }
    #expect(try Data(contentsOf: URL(fileURLWithPath: place.location.path)) == Data(text.utf8))
  }

  @Test func `the database of another program is refused`() async throws {
    let place = try TemporaryStore()
    try await place.writing().close()
    try overwrite(place.location.path, at: 68, with: [1, 2, 3, 4])
    let refused = StoreError(.notAStore, path: place.location.path)
    #expect(throws: refused) { try RecordStore.openForReading(place.location) }
    await #expect(throws: refused) { try await place.writing() }
  }

  @Test func `the list of migrations is the folder`() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../Migrations")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let names = files.filter { $0.hasSuffix(".sql") }.map { String($0.dropLast(4)) }.sorted()
    #expect(Migration.all.map(\.name) == names)
    #expect(Migration.all.map(\.version) == Array(1...names.count))
    for migration in Migration.all {
      #expect(
        migration.sql == (try String(contentsOf: folder.appending(path: migration.name + ".sql"), encoding: .utf8)))
    }
  }

  @Test func `the standard place follows option, variable, user`() throws {
    func place(_ option: String?, _ environment: [String: String], root: Bool = false) throws -> String {
      try StoreLocation.standard(option: option, environment: environment, isRoot: root).path
    }
    let variables = ["VMCTL_STORE": "/v/store.db", "XDG_STATE_HOME": "/x", "HOME": "/home/a"]
    #expect(try place("/o/store.db", variables, root: true) == "/o/store.db")
    #expect(try place(nil, variables, root: true) == "/v/store.db")
    #expect(try place(nil, ["XDG_STATE_HOME": "/x"], root: true) == "/var/lib/vmctl/vmctl.db")
    #expect(try place(nil, ["XDG_STATE_HOME": "/x", "HOME": "/home/a"]) == "/x/vmctl/vmctl.db")
    #expect(try place(nil, ["XDG_STATE_HOME": "x", "HOME": "/home/a"]) == "/home/a/.local/state/vmctl/vmctl.db")
    #expect(throws: StoreError(.noLocation, path: "")) { try place(nil, [:]) }
    #expect(try place("s.db", [:]) == FileManager.default.currentDirectoryPath + "/s.db")
  }
}
