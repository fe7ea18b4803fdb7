import Libvirt
import TestSupport
import Testing
import Vocabulary

/// What the fake can be told to do that a real libvirt does not do on demand.
@Suite struct FakeScenarioTests {
  private let clock = VirtualClock(runsByItself: false)

  private func running(_ guest: FakeHypervisor.Guest, version: Version = Version(9, 0)) async throws
    -> (fake: FakeHypervisor, uuid: DomainUUID, disk: XMLText)
  {
    let fake = FakeHypervisor(clock: clock, guest: guest, libvirtVersion: version)
    let domain = ContractDomain(machine: .q35, images: "/images", network: "default", os: "")
    let uuid = try await fake.create(domain.definition)
    try await fake.start(uuid)
    let disk = domain.disk(slot: domain.slot(0))
    try await fake.attach(disk, to: uuid, side: .live)
    return (fake, uuid, disk)
  }

  private func hasDisk(_ fake: FakeHypervisor, _ uuid: DomainUUID) async throws -> Bool {
    try #require(try await fake.observe(.uuid(uuid))?.live).shown.contains("ua-data")
  }

  /// Lets time pass until `body` is done, but never later than `latest`: what comes after that has not come yet.
  private func inTime<T: Sendable>(
    before latest: Duration = .seconds(3600), _ body: @escaping @Sendable () async -> T
  ) async -> T {
    let task = Task { await body() }
    let ticking = Task {
      while !Task.isCancelled {
        if clock.hasSleepers, clock.now.offset < latest { clock.advance(by: .milliseconds(100)) }
        await Task.yield()
      }
    }
    defer { ticking.cancel() }
    return await task.value
  }

  private func failure(_ body: () async throws(LibvirtError) -> Void) async -> LibvirtError? {
    do throws(LibvirtError) {
      try await body()
      return nil
    } catch { return error }
  }

  @Test func `a call that is told to fail does nothing, and only once`() async throws {
    let (fake, uuid, disk) = try await running(.silent)
    let error = LibvirtError(code: .systemError, domain: .none, message: "no space left", function: "f")
    fake.failNext(.attach, error)
    let before = try await fake.observe(.uuid(uuid))
    func attach() async throws(LibvirtError) { try await fake.attach(disk, to: uuid, side: .persistent) }
    #expect(await failure(attach) == error)
    #expect(try await fake.observe(.uuid(uuid)) == before)
    #expect(await failure(attach) == nil)
  }

  @Test func `a lost reply leaves the work done`() async throws {
    let (fake, uuid, disk) = try await running(.silent)
    let lost = LibvirtError(code: .systemError, domain: .rpc, message: "End of file while reading data", function: "f")
    fake.failNext(.attach, lost, afterDoing: true)
    let error = await failure { () throws(LibvirtError) in try await fake.attach(disk, to: uuid, side: .persistent) }
    #expect(error == lost && error?.meansConnectionLost == true)
    #expect(try await fake.observe(.uuid(uuid))?.persistent?.shown.contains("ua-data") == true)
  }

  @Test func `a guest that is late lets go after the detach has returned`() async throws {
    let (fake, uuid, disk) = try await running(.acknowledges(after: .seconds(20)))
    let stream = try await fake.events()
    #expect(
      await inTime(before: .seconds(15)) {
        await self.failure { () throws(LibvirtError) in
          try await fake.detach(disk, from: uuid, side: .live)
        }
      } == nil)
    #expect(try await hasDisk(fake, uuid))
    let event = await inTime { await stream.first { _ in true } }
    #expect(
      event
        == .domain(DomainEvent(uuid: uuid, name: try await name(fake, uuid), kind: .deviceRemoved(alias: "ua-data"))))
    #expect(try await !hasDisk(fake, uuid) && clock.now.offset >= .seconds(20))
  }

  @Test func `a reboot completes what the guest left open`() async throws {
    let (fake, uuid, _) = try await running(.silent)
    try await fake.detach(alias: "ua-data", from: uuid, side: .live)
    #expect(try await hasDisk(fake, uuid))
    fake.reset(uuid)
    #expect(try await !hasDisk(fake, uuid))
  }

  @Test func `a guest that refuses is told as code 9 and as an event`() async throws {
    let (fake, uuid, disk) = try await running(.refuses)
    let stream = try await fake.events()
    let error = await failure { () throws(LibvirtError) in try await fake.detach(disk, from: uuid, side: .live) }
    #expect(error?.code == .operationFailed)
    var iterator = stream.makeAsyncIterator()
    let event = DomainEvent(uuid: uuid, name: try await name(fake, uuid), kind: .removalFailed(alias: "ua-data"))
    #expect(await iterator.next() == .domain(event))
    #expect(try await hasDisk(fake, uuid))
  }

  @Test func `a foreign job holds what would change the domain for 30 s`() async throws {
    let (fake, uuid, disk) = try await running(.silent)
    fake.setJob(JobState(kind: .unbounded, operation: .migrationOut), of: uuid)
    let before = try await fake.observe(.uuid(uuid))
    let error = await inTime {
      await self.failure { () throws(LibvirtError) in
        try await fake.attach(disk, to: uuid, side: .persistent)
      }
    }
    #expect(error?.code == .operationTimeout && clock.now.offset >= .seconds(30))
    #expect(try await fake.observe(.uuid(uuid)) == before)
    #expect(try await fake.job(of: uuid).isRunning)
  }

  @Test func `a broken connection ends its streams and fails every call; another one works`() async throws {
    let (fake, uuid, _) = try await running(.silent)
    let stream = try await fake.events()
    fake.disconnect(.keepalive)
    #expect(await stream.reduce(into: []) { $0.append($1) } == [.closed(.keepalive)])
    let error = await failure { () throws(LibvirtError) in _ = try await fake.observe(.uuid(uuid)) }
    #expect(error?.meansConnectionLost == true)
    #expect(try await hasDisk(fake.reconnected(), uuid))
  }

  @Test func `libvirt 11 tells of persistent changes, 9 does not`() async throws {
    for (version, isTold) in [(Version(9, 0), false), (Version(11, 3), true)] {
      let (fake, uuid, disk) = try await running(.silent, version: version)
      let stream = try await fake.events()
      try await fake.attach(disk, to: uuid, side: .persistent)
      await fake.close()
      let told = await stream.reduce(into: []) { $0.append($1) }
      #expect(told.count == (isTold ? 2 : 1), "\(version): \(told)")
    }
  }

  @Test func `what was saved is taken up again by the next start`() async throws {
    let (fake, uuid, _) = try await running(.silent)
    fake.stop(uuid, .saved)
    let saved = try #require(try await fake.observe(.uuid(uuid)))
    #expect(saved.hasManagedSave && saved.stopReason == .saved && saved.live == nil)
    let error = await failure { () throws(LibvirtError) in try await fake.undefine(uuid, []) }
    #expect(error?.code == .operationInvalid)
    try await fake.start(uuid)
    #expect(try await hasDisk(fake, uuid))
  }

  @Test func `every call is recorded, refused ones too`() async throws {
    let (fake, uuid, disk) = try await running(.silent)
    fake.forgetCalls()
    _ = await failure { () throws(LibvirtError) in try await fake.attach(disk, to: uuid, side: .live) }
    try await fake.detach(alias: "ua-data", from: uuid, side: .live)
    #expect(fake.calls.map(\.kind) == [.attach, .detachAlias])
    #expect(fake.calls.map(\.text) == [disk, XMLText("ua-data")])
    #expect(fake.calls.allSatisfy { $0.domain == uuid && $0.side == .live })
  }

  private func name(_ fake: FakeHypervisor, _ uuid: DomainUUID) async throws -> String {
    try #require(try await fake.observe(.uuid(uuid))).name
  }
}
