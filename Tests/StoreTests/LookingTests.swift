import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct LookingTests {
  /// Looking commands write nothing: a store that is not there yet is an empty one, and is not made.
  @Test func `a store that is not there is not made`() throws {
    let place = try TemporaryStore()
    #expect(try RecordStore.openForReading(place.location) == nil)
    #expect(try RecordStore.openForReading(StoreLocation(path: place.folder + "/no/vmctl.db")) == nil)
    try Data().write(to: URL(fileURLWithPath: place.location.path))
    #expect(try RecordStore.openForReading(place.location) == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder) == ["vmctl.db"])
  }

  @Test func `looking changes nothing and needs no lock`() async throws {
    let place = try TemporaryStore()
    let writer = try await place.writing()
    try await writer.save(Sample.domain())
    try await writer.record(Sample.sides(live: "<a/>"), of: Sample.key(), origin: .ours)
    try writer.close()
    let before = try snapshot(of: place.folder)
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    #expect(try await reader.file(of: Sample.key())?.row == Sample.domain())
    #expect(try await reader.recorded(.live, of: Sample.key()) == Sample.side("<a/>"))
    #expect(try await reader.check() == [])
    #expect(try await reader.totalChanges() == 0)
    await #expect(throws: StoreError(.readOnly, path: place.location.path)) { try await reader.save(Sample.domain(2)) }
    #expect(try snapshot(of: place.folder) == before)
    #expect(StoreLock.holder(of: place.location) == nil)
  }

  /// A reader that found no log reads the file as one that nobody writes. A writer that comes later is noticed.
  @Test func `a writer that comes while a reader looks is seen`() async throws {
    let place = try TemporaryStore()
    try await place.writing().close()
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    #expect(try await reader.domain(Sample.key()) == nil)
    let writer = try await place.writing()
    try await writer.save(Sample.domain())
    #expect(try await reader.domain(Sample.key()) == Sample.domain())
    try await writer.save(Sample.domain(2))
    #expect(try await reader.domain(Sample.key(2)) == Sample.domain(2))
    try writer.close()
    #expect(try await reader.domain(Sample.key(2)) == Sample.domain(2))
  }

  /// I6: killed between the log's header and its first page, a writer leaves a log that holds nothing.
  @Test(.timeLimit(.minutes(1)), arguments: [0, 32])
  func `a log without a page is no log`(size: Int) async throws {
    let place = try TemporaryStore()
    let writer = try await place.writing()
    try await writer.save(Sample.domain())
    try writer.close()
    for (suffix, size) in [("-wal", size), ("-shm", 32_768)] {
      try Data(count: size).write(to: URL(fileURLWithPath: place.location.path + suffix))
    }
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    #expect(try await reader.domain(Sample.key()) == Sample.domain())
  }

  @Test func `a path that a URI would read otherwise is that path`() async throws {
    let place = try TemporaryStore()
    let location = StoreLocation(path: place.folder + "/a b?mode=memory#x%20;ü/vmctl.db")
    let lock = try await StoreLock.acquire(location, command: "test", since: Sample.at(0))
    let writer = try RecordStore.openForWriting(location, lock: lock)
    try await writer.save(Sample.domain())
    let beside = try RecordStore.openForReading(location).orThrow("no store")
    #expect(try await beside.domain(Sample.key()) == Sample.domain())
    try beside.close()
    try writer.close()
    let reader = try RecordStore.openForReading(location).orThrow("no store")
    #expect(try await reader.domain(Sample.key()) == Sample.domain())
  }
}
