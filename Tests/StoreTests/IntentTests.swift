import Digests
import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct AcceptingTests {
  private func accept(
    _ store: RecordStore, _ text: String, client: Int64? = nil, expecting: Int64? = nil, floor: Int64? = nil
  ) async throws -> Acceptance {
    try await store.accept(
      Sample.intent(text, client: client), for: Sample.domain(),
      expecting: expecting.map { .generation(Generation($0)) },
      floor: floor.map(Generation.init))
  }

  /// R16: the server counts, and equal content gets no new generation and no write.
  @Test func `equal content keeps its generation and writes nothing`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    #expect(try await accept(store, "a") == .accepted(Generation(1)))
    let before = try await (store.totalChanges(), store.walSize())
    #expect(try await accept(store, "a") == .unchanged(Generation(1)))
    #expect(try await (store.totalChanges(), store.walSize()) == before)
    #expect(try await accept(store, "b") == .accepted(Generation(2)))
    #expect(try await accept(store, "a") == .accepted(Generation(3)))
    #expect(try await store.intents(of: Sample.key()).map(\.generation.number) == [3, 2, 1])
  }

  /// I6: accepted is durable, and the text is what was sent.
  @Test func `the text comes back byte for byte`() async throws {
    let place = try TemporaryStore()
    let text = ContiguousArray(Array("kind: Domain # caf\u{e9}\r\n".utf8) + [0xff, 0x00, 0x80])
    var store: RecordStore? = try await place.writing()
    let intent = IncomingIntent(
      text: text, canonicalDigest: Digest(of: "c"), clientGeneration: 7, receivedAt: Sample.at(9), source: "web.yaml")
    _ = try await store?.accept(intent, for: Sample.domain())
    try store?.close()
    store = nil
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let back = try await reader.intent(of: Sample.key()).orThrow("no intent")
    #expect(back.text == text)
    #expect(back.clientGeneration == 7)
    #expect(back.canonicalDigest == Digest(of: "c"))
    #expect(back.receivedAt == Sample.at(9))
    #expect(back.source == "web.yaml")
    #expect(try await reader.intent(Generation(1), of: Sample.key()) == back)
    #expect(try await reader.domain(Sample.key()) == Sample.domain())
  }

  /// I6: the answer comes after the commit, not before it.
  @Test func `what is accepted is in the log when the answer comes`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    var size = store.walSize()
    for number in 1...100 {
      _ = try await accept(store, "document \(number)")
      let now = store.walSize()
      #expect(now > size)
      size = now
    }
  }

  /// R16: If-Match is judged before the client's own number, and lower numbers are stale.
  @Test func `stale documents are told from current ones`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    #expect(try await accept(store, "a", expecting: 1) == .stale(current: nil, clientGeneration: nil))
    #expect(try await accept(store, "a", client: 5) == .accepted(Generation(1)))
    let stale = Acceptance.stale(current: Generation(1), clientGeneration: 5)
    #expect(try await accept(store, "b", client: 4) == stale)
    #expect(try await accept(store, "b", client: 9, expecting: 2) == stale)
    #expect(try await accept(store, "a", client: 4) == stale)
    #expect(try await accept(store, "b", client: 6, expecting: 1) == .accepted(Generation(2)))
    #expect(try await accept(store, "c", client: 5) == .stale(current: Generation(2), clientGeneration: 6))
    // A document without a number of its own does not reset the client's count.
    #expect(try await accept(store, "d") == .accepted(Generation(3)))
    #expect(try await accept(store, "e", client: 5) == .stale(current: Generation(3), clientGeneration: 6))
  }

  /// R16: after the store was lost the count goes on from the domain's metadata.
  @Test func `a floor is counted on from`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    #expect(try await accept(store, "a", floor: 41) == .accepted(Generation(42)))
    #expect(try await accept(store, "b", floor: 41) == .accepted(Generation(43)))
  }

  @Test func `the newest hundred and the applied one are kept`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    for number in 1...3 { _ = try await accept(store, "document \(number)") }
    var row = Sample.domain()
    row.appliedGeneration = Generation(2)
    try await store.save(row)
    for number in 4...120 { _ = try await accept(store, "document \(number)") }
    let kept = try await store.intents(of: Sample.key()).map(\.generation.number)
    #expect(kept == Array((21...120).reversed()) + [2])
    #expect(try await store.usage().blobs == 101)
  }

  /// R16: however many documents without a number come after it.
  @Test func `the client's own number is known for as long as the domain is`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    _ = try await accept(store, "mine", client: 50)
    for number in 1...120 { _ = try await accept(store, "document \(number)") }
    let stale = Acceptance.stale(current: Generation(121), clientGeneration: 50)
    #expect(try await accept(store, "late", client: 49) == stale)
    #expect(try await accept(store, "new", client: 51) == .accepted(Generation(122)))
    // The number that is older now goes the way of all.
    #expect(try await store.intent(Generation(1), of: Sample.key()) == nil)
  }

  /// Budget "1,000 accepted intents a second, each durable": who asks during a commit shares the next one.
  @Test func `many callers share commits and each gets its own answer`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let answers = try await withThrowingTaskGroup(of: Acceptance.self) { group in
      for number: UInt64 in 1...200 {
        group.addTask {
          try await store.accept(Sample.intent("n \(number)"), for: Sample.domain(number, name: "web-\(number)"))
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers == Array(repeating: .accepted(Generation(1)), count: 200))
    try store.close()
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let summaries = try await reader.summaries(host: Sample.host)
    #expect(summaries.count == 200)
    #expect(summaries.allSatisfy { $0.generation == Generation(1) })
    #expect(Set(summaries.map(\.canonicalDigest)) == Set((1...200).map { Digest(of: "n \($0)") }))
    #expect(try await reader.summaries(host: HostUUID(high: 0x1111, low: 0x2223)).isEmpty)
  }
}
