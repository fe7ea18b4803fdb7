import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct DevicesTests {
  /// Every field of every row survives the way through SQLite.
  @Test func `rows come back as they were saved`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    var row = Sample.domain()
    row.creationDigest = Sample.side("c").bytesDigest
    row.appliedGeneration = Generation(4)
    row.observedGeneration = Generation(5)
    row.isProtected = true
    row.isSuspended = true
    row.power.startedByUs = true
    row.power.stoppedByUs = true
    row.power.pausedByUs = true
    row.power.everStarted = true
    row.power.lastGoodStartAt = Sample.at(11)
    row.power.failedStarts = 3
    row.power.lastStartAt = Sample.at(12)
    row.gone = DomainRow.Gone(reason: "Undefined", since: Sample.at(13))
    var live = try Sample.held("data")
    live = LedgerRow(
      device: live.device, side: .live, kind: "memory", alias: "ua-x", slot: .dimm(slot: 1, base: 0x1_0000_0000),
      mac: "52:54:00:00:00:01", state: .tombstone, since: Sample.at(1), removedAt: Sample.at(2))
    let ledger = [try Sample.held("data"), live]
    let applied = [
      try Sample.applied("data"),
      AppliedDevice(
        id: try Sample.id("old"), kind: "serial", alias: "serial0", isReference: true, isProtected: true,
        appliedXMLDigest: Sample.side("x").bytesDigest, generation: Generation(9)),
    ]
    var unplug = Sample.unplug("data", state: .overdue)
    unplug.otherwise = .nextBoot
    unplug.said = "guest is busy"
    let conditions = [
      ConditionRow(
        type: "Ready", status: false, reason: "UnplugPending", message: "waits for the guest", since: Sample.at(1),
        observedGeneration: Generation(4))
    ]
    let changes = DomainChanges(
      row: row, ledger: ledger, applied: applied, unplugs: [unplug], conditions: conditions)
    try await store.save(changes, of: Sample.key())
    try store.close()

    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    let file = try await reader.file(of: Sample.key()).orThrow("no domain")
    #expect(file.row == row)
    #expect(file.ledger == ledger)
    #expect(file.applied == applied)
    #expect(file.unplugs == [unplug])
    #expect(file.conditions == conditions)
    #expect(try await reader.ledger(of: Sample.key()) == ledger)
    #expect(try await reader.applied(of: Sample.key()) == applied)
    #expect(try await reader.conditions(of: Sample.key()) == conditions)
    #expect(try await reader.unplugs().map(\.unplug) == [unplug])
    #expect(try await reader.unplugs(of: Sample.key()).map(\.domain) == [Sample.key()])
    #expect(try await reader.unplugs(of: Sample.key(2)).isEmpty)
    #expect(try await reader.domains(named: "web-1") == [row])
  }

  /// I9: a second pass that finds the same writes nothing.
  @Test func `an equal save writes nothing`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let changes = DomainChanges(
      row: Sample.domain(), ledger: [try Sample.held("data"), try Sample.tombstone("old", removedAt: 1)],
      applied: [try Sample.applied("data")], unplugs: [Sample.unplug("data")],
      conditions: [
        ConditionRow(
          type: "Ready", status: true, reason: "AsWanted", message: "", since: Sample.at(0), observedGeneration: nil)
      ])
    let sides = Sample.sides(live: "<live/>", persistent: "<persistent/>")
    func pass() async throws -> Bool {
      try await store.save(changes, of: Sample.key())
      try await store.save(Sample.domain())
      return try await store.record(sides, of: Sample.key(), origin: .libvirt)
    }
    #expect(try await pass())
    let before = try await (store.totalChanges(), store.walSize())
    #expect(before.0 > 0 && before.1 > 0)
    #expect(try await !pass())
    #expect(try await (store.totalChanges(), store.walSize()) == before)
  }

  /// I2: a removed device's slot is remembered, for the newest 64 of a domain.
  @Test func `the newest 64 tombstones of a domain are kept`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    try await store.save(Sample.domain())
    try await store.save(
      DomainChanges(row: Sample.domain(2), ledger: [try Sample.tombstone("z", removedAt: 0)]), of: Sample.key(2))
    let tombstones = try (1...70).map { try Sample.tombstone("t\($0)", removedAt: Int64($0)) }
    try await store.save(DomainChanges(ledger: tombstones + [try Sample.held("data")]), of: Sample.key())
    let kept = try await store.ledger(of: Sample.key())
    #expect(Set(kept.map(\.device.text)) == Set((7...70).map { "t\($0)" } + ["data"]))
    #expect(try await store.ledger(of: Sample.key(2)).count == 1)
  }

  @Test func `a list that is given replaces the old one and one that is not stays`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    try await store.save(
      DomainChanges(
        row: Sample.domain(), ledger: [try Sample.held("a"), try Sample.held("b")], applied: [try Sample.applied("a")]),
      of: Sample.key())
    try await store.save(DomainChanges(ledger: [try Sample.held("b", bus: 9)]), of: Sample.key())
    #expect(try await store.ledger(of: Sample.key()) == [try Sample.held("b", bus: 9)])
    #expect(try await store.applied(of: Sample.key()).count == 1)
  }

  /// I11 and decision 22: a new domain of an old name gets another incarnation, and with it another UUID.
  @Test func `the count of a name outlives its domains`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    #expect(try await store.incarnations(of: "web-1", host: Sample.host) == 0)
    try await store.save(Sample.domain(1))
    var second = Sample.domain(2)
    second.incarnation = 2
    try await store.save(second)
    try await store.remove(Sample.key(1))
    try await store.remove(Sample.key(2))
    #expect(try await store.domains(named: "web-1").isEmpty)
    #expect(try await store.incarnations(of: "web-1", host: Sample.host) == 2)
    #expect(try await store.incarnations(of: "web-2", host: Sample.host) == 0)
  }
}
