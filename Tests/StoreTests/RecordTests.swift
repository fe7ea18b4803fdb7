import Digests
import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct RecordTests {
  /// I4: what libvirt returned comes back byte for byte, whatever the bytes are.
  @Test(arguments: [
    Array("<domain type='qemu'>\n  <name>web-1</name>\r\n\t<x:y xmlns:x='u'/>&#x41;</domain>\n".utf8),
    Array(1...255), [0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80], [], [0],
    (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) },
  ])
  func `a record is given back byte for byte`(bytes: [UInt8]) async throws {
    let place = try TemporaryStore()
    let given = Sample.side(XMLText(bytes))
    let store = try await place.writing()
    try await store.save(Sample.domain())
    #expect(try await store.record(BothSides(live: given, persistent: nil), of: Sample.key(), origin: .libvirt))
    try store.close()

    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let back = try await reader.recorded(.live, of: Sample.key())
    #expect(back == given)
    #expect(back?.xml.bytes == ContiguousArray(bytes))
    #expect(back?.bytesDigest == Digest(of: bytes))
    #expect(try await reader.recorded(.persistent, of: Sample.key()) == nil)
  }

  @Test func `sides and revisions share the bytes they have in common`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    try await store.save(Sample.domain())
    try await store.save(Sample.domain(2, name: "web-2"))
    for number: UInt64 in [1, 2] {
      try await store.record(
        Sample.sides(live: "<same/>", persistent: "<same/>"), of: Sample.key(number), origin: .libvirt)
    }
    #expect(try await store.usage().blobs == 1)
    // The first blob is still somebody's after one side has left it, and goes with the last.
    try await store.record(Sample.sides(live: "<other/>"), of: Sample.key(1), origin: .ours)
    #expect(try await store.usage().blobs == 2)
    try await store.remove(Sample.key(1))
    #expect(try await store.usage().blobs == 1)
    #expect(try await store.recorded(.live, of: Sample.key(2)) == Sample.side("<same/>"))
    try await store.remove(Sample.key(2))
    #expect(try await store.usage().blobs == 0)
    #expect(try await store.check() == [])
  }

  @Test func `revisions are counted a side and the newest hundred stay`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    try await store.save(Sample.domain())
    for number in 1...103 {
      try await store.record(Sample.sides(live: "<live n='\(number)'/>"), of: Sample.key(), origin: .guest)
    }
    try await store.record(Sample.sides(persistent: "<p/>"), of: Sample.key(), origin: .foreign)
    let live = try await store.revisions(.live, of: Sample.key())
    #expect(live.map(\.number) == Array((4...103).reversed()))
    #expect(live.allSatisfy { $0.origin == .guest })
    #expect(try await store.revisions(.persistent, of: Sample.key()).map(\.number) == [1])
    #expect(try await store.recorded(.live, of: Sample.key(), revision: 3) == nil)
    #expect(try await store.recorded(.live, of: Sample.key(), revision: 4)?.xml == XMLText("<live n='4'/>"))
    #expect(try await store.recorded(.live, of: Sample.key())?.xml == XMLText("<live n='103'/>"))
    #expect(try await store.usage().blobs == 101)
  }

  /// The record names who returned it: the same bytes from a newer libvirt are a new revision, of the same blob.
  @Test func `the same bytes from another libvirt are a revision`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    try await store.save(Sample.domain())
    let old = BothSides<RecordedSide?>(live: Sample.side("<a/>"), persistent: nil)
    let new = BothSides<RecordedSide?>(live: Sample.side("<a/>", libvirt: Version(11, 3)), persistent: nil)
    #expect(try await store.record(old, of: Sample.key(), origin: .libvirt))
    #expect(try await store.record(new, of: Sample.key(), origin: .libvirt))
    #expect(try await !store.record(new, of: Sample.key(), origin: .libvirt))
    #expect(try await store.file(of: Sample.key())?.heads.live?.libvirtVersion == Version(11, 3))
    #expect(try await store.usage().blobs == 1)
  }

  @Test func `a record of an unknown domain is refused`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    await #expect(throws: StoreError(.noSuchDomain(Sample.key()), path: place.location.path)) {
      try await store.record(Sample.sides(live: "<a/>"), of: Sample.key(), origin: .libvirt)
    }
    #expect(try await store.usage().blobs == 0)
  }
}
