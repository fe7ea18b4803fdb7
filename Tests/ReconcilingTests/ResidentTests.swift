import Control
import Libvirt
import Reconciling
import Store
import TestSupport
import Testing
import Vocabulary

/// What `vmctld` is: documents are kept and reached, and what somebody changes is put right.
@Suite struct ResidentTests {
  private let document = Workbench.document([Workbench.root, Workbench.rng("entropy")])

  @Test func `an accepted document is durable and is reached without anybody waiting (E5)`() async throws {
    let bench = try ResidentBench()
    try await bench.with { _ in
      let receipt = try await bench.submit(document)
      #expect(receipt.generation == 1 && receipt.isFirst && !receipt.isUnchanged)
      #expect(receipt.operation.id.hasSuffix(".1"))
      let reader = try #require(try RecordStore.openForReading(bench.store.location))
      let rows = try await reader.domains(named: "web-1")
      let key = try #require(rows.first).key
      #expect(try await reader.intent(of: key)?.generation == Generation(1))
      let status = try await bench.finished(receipt.operation.id)
      #expect(status.state == .done && status.outcome == .asWanted)
      let report = try await bench.report()
      #expect(report.state == "running" && report.observedGeneration == 1)
      #expect(report.devices.contains { $0.id == "entropy" && $0.sides.count == 2 })
    }
  }

  @Test func `the same document again is the same generation, and no call is made (I9, R16)`() async throws {
    let bench = try ResidentBench()
    try await bench.with { _ in
      try await bench.finished(try await bench.submit(document).operation.id)
      let calls = bench.calls.mutating
      let again = try await bench.submit(document, expecting: .present)
      #expect(again.generation == 1 && again.isUnchanged && again.operation.outcome == .asWanted)
      try await Task.sleep(for: .milliseconds(700))
      #expect(bench.calls.mutating == calls)
    }
  }

  @Test func `a document for a domain that has one needs a word on what it knows of (R16)`() async throws {
    let bench = try ResidentBench()
    try await bench.with { _ in
      _ = try await bench.submit(document)
      let other = Workbench.document([Workbench.root])
      let bare = await #expect(throws: Problem.self) { try await bench.submit(other, expecting: nil) }
      #expect(bare?.code == "precondition-required")
      let wrong = await #expect(throws: Problem.self) { try await bench.submit(other, expecting: .generation(7)) }
      #expect(wrong?.code == "stale-generation" && wrong?.found == "generation 1")
      let taken = await #expect(throws: Problem.self) { try await bench.submit(other, expecting: .absent) }
      #expect(taken?.code == "stale-generation")
      #expect(try await bench.submit(other, expecting: .generation(1)).generation == 2)
      let numbered = Workbench.document([Workbench.root, Workbench.rng("b")], generation: 5)
      #expect(try await bench.submit(numbered, expecting: nil).generation == 3)
      let late = Workbench.document([Workbench.root, Workbench.rng("c")], generation: 4)
      let stale = await #expect(throws: Problem.self) { try await bench.submit(late, expecting: nil) }
      #expect(stale?.code == "stale-generation" && stale?.path == "metadata.generation")
    }
  }

  @Test func `documents that bring the same new name at once make one domain of it`() async throws {
    let bench = try ResidentBench()
    try await bench.with { _ in
      let generations = await withThrowingTaskGroup(of: IntentReceipt.self) { group in
        for number in 1...16 {
          let text = Workbench.document([Workbench.root], more: "  shutdown: {deadline: \(number)m}")
          group.addTask { try await bench.submit(text, expecting: .present) }
          group.addTask { try await bench.submit(text, expecting: .absent) }
        }
        var found: [Int64] = []
        while let next = await group.nextResult() {
          // The same text right after itself is the same generation (R16).
          if case .success(let receipt) = next, !receipt.isUnchanged { found.append(receipt.generation) }
        }
        return found
      }
      #expect(Set(generations).count == generations.count)
      let reader = try #require(try RecordStore.openForReading(bench.store.location))
      let rows = try await reader.domains(named: "web-1")
      #expect(rows.count == 1)
    }
  }

  @Test func `a request that is made again gets its first answer, and another under its key none`() async throws {
    let bench = try ResidentBench()
    let other = Workbench.document([Workbench.root])
    try await bench.with { _ in
      let first = try await bench.submit(document, key: "k1")
      _ = try await bench.submit(other, expecting: .generation(1))
      #expect(try await bench.submit(document, key: "k1").generation == first.generation)
      let mismatch = await #expect(throws: Problem.self) {
        try await bench.submit(other, expecting: .present, key: "k1")
      }
      #expect(mismatch?.code == "idempotency-mismatch")
    }
    // Also of a daemon that was started anew.
    let again = try ResidentBench(again: bench)
    try await again.with { _ in
      let repeated = try await again.submit(document, key: "k1")
      #expect(repeated.generation == 1)
      let item = try await again.item()
      #expect(item.generation == 2)
    }
  }

  @Test func `documents that come faster than hotplug end with the newest, and few of them are made`() async throws {
    let bench = try ResidentBench(guest: .acknowledges(after: .milliseconds(80)))
    try await bench.with { _ in
      try await bench.finished(try await bench.submit(Workbench.document([Workbench.root])).operation.id)
      let before = bench.calls.mutating
      var last: IntentReceipt?
      var generations: [Int64] = []
      for round in 1...40 {
        let id = round % 2 == 1 ? "a" : "b"
        let card = "{id: \(id), interface: {network: default, mac: \"52:54:00:00:00:0\(id)\"}}"
        let devices = [Workbench.root, card]
        last = try await bench.submit(Workbench.document(devices, generation: round), expecting: nil)
        generations.append(last?.generation ?? 0)
        try await Task.sleep(for: .milliseconds(10))
      }
      let status = try await bench.finished(try #require(last).operation.id)
      #expect(status.outcome == .asWanted)
      // A pass never gives an older document a number of its own.
      #expect(generations == Array(2...41))
      let ids = try await bench.report().devices.compactMap(\.id)
      #expect(ids.sorted() == ["b", "root"])
      // 40 documents made one by one would be 8 calls each.
      #expect(bench.calls.mutating - before < 160)
    }
  }

  @Test func `what was accepted before a death is reached after it (I6)`() async throws {
    let bench = try ResidentBench()
    try await bench.with { _ in
      try await bench.finished(try await bench.submit(Workbench.document([Workbench.root])).operation.id)
    }
    do {
      let lock = try await bench.store.writing()
      let row = try #require(try await lock.domains(named: "web-1").first)
      let text = Workbench.document([Workbench.root, Workbench.rng("late")])
      _ = try await lock.accept(
        IncomingIntent(
          text: Array(text.utf8), canonicalDigest: Digest(words: (1, 2, 3, 4)), receivedAt: Timestamp(milliseconds: 1),
          source: "api-admin:x"), for: row)
      try lock.close()
    }
    let again = try ResidentBench(again: bench)
    try await again.with { _ in
      try await again.until("reached") { try await again.report().devices.contains { $0.id == "late" } }
    }
  }

  @Test func `a device that somebody takes away comes back within a resync (R8)`() async throws {
    let bench = try ResidentBench()
    try await bench.with { _ in
      try await bench.finished(try await bench.submit(document).operation.id)
      let uuid = try await bench.report().uuid
      try await bench.fake.detach(alias: "ua-entropy", from: uuid, side: .persistent)
      try await bench.until("put back") {
        try await bench.report().devices.contains { $0.id == "entropy" && $0.sides.contains("persistent") }
      }
    }
  }

  @Test func `a guest that never answers delays nobody else`() async throws {
    let bench = try ResidentBench { $0.parallel = 1 }
    try await bench.with { _ in
      for name in ["stuck", "free"] {
        let text = Workbench.document([Workbench.root, Workbench.rng("a")], name: name)
        try await bench.finished(try await bench.submit(text, name: name).operation.id)
      }
      bench.fake.setGuest(.silent, of: try await bench.report("stuck").uuid)
      let gone = Workbench.document([Workbench.root], name: "stuck")
      let receipt = try await bench.submit(gone, name: "stuck", expecting: .present)
      let free = Workbench.document([Workbench.root, Workbench.rng("a"), Workbench.rng("b")], name: "free")
      try await bench.finished(try await bench.submit(free, name: "free", expecting: .present).operation.id)
      try await bench.until("said to wait") {
        try await bench.item("stuck").conditions.contains { $0.type == "UnplugPending" && $0.isTrue }
      }
      #expect(try await bench.resident.operation(receipt.operation.id, wait: 0).state == .waiting)
    }
  }

  @Test func `a guest that does not shut down delays no newer document`() async throws {
    let bench = try ResidentBench()
    let devices = [Workbench.root, Workbench.rng("a")]
    try await bench.with { resident in
      try await bench.finished(try await bench.submit(Workbench.document(devices)).operation.id)
      bench.fake.setGuest(.silent, of: try await bench.report().uuid)
      for drift in ["reassert", "report"] {
        let down = Workbench.document(devices, power: "stopped", more: "  drift: \(drift)")
        _ = try await bench.submit(down, expecting: .present)
        try await bench.until("asked") { bench.fake.calls.contains { $0.kind == .shutdown } }
        // Until the pass waits for it: five minutes, where nobody ends that.
        try await Task.sleep(for: .milliseconds(300))
      }
      let up = try await bench.submit(
        Workbench.document(devices + [Workbench.rng("b")]), expecting: .present)
      #expect(try await resident.operation(up.operation.id, wait: 10_000).state == .done)
      #expect(try await bench.report().devices.contains { $0.id == "b" })
    }
  }

  @Test func `a suspended domain is left alone until it is resumed`() async throws {
    let bench = try ResidentBench()
    try await bench.with { resident in
      try await bench.finished(try await bench.submit(document).operation.id)
      let verb = try await resident.begin(VerbRequest(.suspend, domain: "web-1"), idempotencyKey: nil)
      #expect(try await bench.finished(verb.id).outcome == .asWanted)
      let calls = bench.calls.mutating
      let receipt = try await bench.submit(Workbench.document([Workbench.root]), expecting: .present)
      try await Task.sleep(for: .milliseconds(700))
      #expect(bench.calls.mutating == calls)
      let resume = try await resident.begin(VerbRequest(.resume, domain: "web-1"), idempotencyKey: nil)
      try await bench.finished(resume.id)
      #expect(try await bench.finished(receipt.operation.id).outcome == .asWanted)
      let devices = try await bench.report().devices
      #expect(!devices.contains { $0.id == "entropy" })
    }
  }

  @Test func `a verb is an operation that outlives its caller, and asked again it is the same one`() async throws {
    let bench = try ResidentBench()
    try await bench.with { resident in
      let off = Workbench.document([Workbench.root], power: "unmanaged")
      try await bench.finished(try await bench.submit(off).operation.id)
      let start = try await resident.begin(VerbRequest(.start, domain: "web-1"), idempotencyKey: "s")
      #expect(try await resident.begin(VerbRequest(.start, domain: "web-1"), idempotencyKey: "s").id == start.id)
      #expect(try await bench.finished(start.id).summary == "started")
      #expect(try await bench.report().state == "running")
      #expect(try await resident.history(of: "web-1", limit: 10).contains { String($0.id ?? 0) == start.id })
    }
  }

  @Test func `a domain of nobody's is listed as it is, and a document does not take it over (E14, R15)`() async throws {
    let bench = try ResidentBench()
    _ = try await bench.fake.create(XMLText(Sampled.foreign))
    try await bench.with { _ in
      let item = try await bench.item("foreign")
      #expect(!item.isManaged && item.state == "shut off" && item.generation == nil)
      let text = Workbench.document([Workbench.root], name: "foreign")
      let refused = await #expect(throws: Problem.self) { try await bench.submit(text, name: "foreign") }
      #expect(refused?.code == "name-reuse" && refused?.remedy?.contains("vmctl adopt foreign") == true)
      let later = Sampled.foreign.replacing("foreign", with: "later").replacing("0001", with: "0002")
      _ = try await bench.fake.create(XMLText(later))
      try await bench.until("discovered") {
        try await bench.resident.list(DomainQuery()).items.contains { $0.name == "later" }
      }
    }
  }

  @Test func `what a lost store held is not known, and the next document is a later one (R16)`() async throws {
    let bench = try ResidentBench()
    try await bench.with { _ in
      try await bench.finished(try await bench.submit(document).operation.id)
      let second = try await bench.submit(Workbench.document([Workbench.root]), expecting: .present)
      try await bench.finished(second.operation.id)
    }
    try bench.store.remove()
    let again = try ResidentBench(again: bench)
    try await again.with { _ in
      try await again.until("known again") { try await again.item().isManaged }
      let receipt = try await again.submit(document, expecting: nil)
      #expect(receipt.generation == 3)
    }
  }

  @Test func `a second one on the same store is told who has it`() async throws {
    let bench = try ResidentBench()
    try await bench.with { _ in
      let second = try ResidentBench(again: bench)
      let refused = await #expect(throws: Problem.self) { try await second.resident.run() }
      #expect(refused?.code == "store-held" && refused?.message.contains("a test") == true)
    }
  }

  @Test func `a watcher that was away sees what it missed, and one from before gets everything`() async throws {
    let bench = try ResidentBench()
    try await bench.with { resident in
      var events = try await resident.events(after: nil).makeAsyncIterator()
      let receipt = try await bench.submit(document)
      let first = try #require(await events.next())
      #expect(first.domain == "web-1" || first.type == .domain)
      try await bench.finished(receipt.operation.id)
      var seen: [ServerEvent] = [first]
      while let event = await events.next() {
        seen.append(event)
        if event.type == .operation { break }
      }
      #expect(seen.contains { $0.type == .intent && $0.generation == 1 })
      #expect(seen.contains { $0.progress?.phase == .done })
      #expect(seen.map { Int64($0.id) ?? 0 } == seen.map { Int64($0.id) ?? 0 }.sorted())
      var again = try await resident.events(after: first.id).makeAsyncIterator()
      #expect(await again.next()?.id == seen[1].id)
      var old = try await resident.events(after: "17").makeAsyncIterator()
      #expect(await old.next()?.type == .resync)
      #expect(await old.next()?.domain == "web-1")
      let future = await #expect(throws: Problem.self) { try await resident.events(after: String(Int64.max)) }
      #expect(future?.code == "events-too-old")
    }
  }
}

private enum Sampled {
  static let foreign = """
    <domain type='qemu'><name>foreign</name><uuid>00000000-0000-4000-8000-000000000001</uuid>
    <memory>65536</memory><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>
    """
}
