import Digests
import Store
import TestSupport
import Testing
import Vocabulary

/// What is long is kept packed: a store is no larger than twice the XML that it has (design section 13).
@Suite struct PackedTests {
  private static let long =
    "<domain>" + String(repeating: "<disk type='file' device='disk'/>\n", count: 200) + "</domain>"

  private func packed(_ place: TemporaryStore) throws -> Int {
    try operate(on: place.location.path, "UPDATE blobs SET codec = codec WHERE codec = 1")
  }

  @Test func `long texts take less room, short ones stay as they are, and each comes back byte for byte`() async throws
  {
    let place = try TemporaryStore()
    let store = try await place.writing()
    try await store.save(Sample.domain())
    try await store.record(Sample.sides(live: Self.long), of: Sample.key(), origin: .libvirt)
    _ = try await store.accept(Sample.intent("short"), for: Sample.domain())
    #expect(try await store.recorded(.live, of: Sample.key())?.xml == XMLText(Self.long))
    #expect(try await store.intent(of: Sample.key())?.text == ContiguousArray("short".utf8))
    let changes = try await store.totalChanges()
    try await store.record(Sample.sides(live: Self.long), of: Sample.key(), origin: .libvirt)
    #expect(try await store.totalChanges() == changes)
    try store.close()
    #expect(try packed(place) == 1)
    #expect(try operate(on: place.location.path, "UPDATE blobs SET size = size WHERE length(bytes) * 10 < size") == 1)
  }

  @Test func `what an older vmctl kept as it is stays so`() async throws {
    let place = try TemporaryStore()
    var store = try await place.writing()
    try await store.save(Sample.domain())
    try await store.record(Sample.sides(live: Self.long), of: Sample.key(), origin: .libvirt)
    try store.close()
    let bytes = "CAST('\(Self.long.replacing("'", with: "''"))' AS BLOB)"
    #expect(try operate(on: place.location.path, "UPDATE blobs SET codec = 0, bytes = \(bytes)") == 1)
    store = try await place.writing()
    let changes = try await store.totalChanges()
    try await store.record(Sample.sides(live: Self.long), of: Sample.key(), origin: .libvirt)
    #expect(try await store.totalChanges() == changes)
    #expect(try await store.recorded(.live, of: Sample.key())?.xml == XMLText(Self.long))
    #expect(try await store.check() == [])
  }

  /// F14
  @Test(arguments: [
    "UPDATE blobs SET bytes = substr(bytes, 1, length(bytes) - 1)", "UPDATE blobs SET size = size + 1",
    "UPDATE blobs SET size = 1 << 60", "UPDATE blobs SET size = -1", "UPDATE blobs SET codec = 9",
    "UPDATE blobs SET codec = 0", "UPDATE blobs SET bytes = zeroblob(length(bytes))",
  ])
  func `packed bytes that are damaged are told, and put right by what libvirt returns`(_ sql: String) async throws {
    let place = try TemporaryStore()
    var store = try await place.writing()
    try await store.save(Sample.domain())
    try await store.record(Sample.sides(live: Self.long), of: Sample.key(), origin: .libvirt)
    try store.close()
    #expect(try operate(on: place.location.path, sql) == 1)
    store = try await place.writing()
    await #expect(throws: StoreError.self) { try await store.recorded(.live, of: Sample.key()) }
    try await store.record(Sample.sides(live: Self.long), of: Sample.key(), origin: .libvirt)
    #expect(try await store.recorded(.live, of: Sample.key())?.xml == XMLText(Self.long))
    #expect(store.mendedDamage.count == 1)
    #expect(try await store.check() == [])
  }
}
