import Libvirt
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// A libvirt that can go away and come back, and how often it was connected to.
private final class Daemon: Sendable {
  /// Time for the pauses, which passes by itself, and for the limit, which passes when a test says so.
  let clock = VirtualClock()
  let alarm = VirtualClock(runsByItself: false)
  let fake: FakeHypervisor
  private let state = Mutex(State())

  private struct State {
    var refusals = 0
    var isHanging = false
    var hanging: [CheckedContinuation<Void, Never>] = []
    var replacement: FakeHypervisor?
    var attempts: [Duration] = []
    var arrivals = 0
    var connections: [CountingHypervisor] = []
  }

  static let refused = LibvirtError(
    code: .systemError, domain: .rpc, message: "Failed to connect socket: Connection refused",
    function: "virConnectOpen")
  static let cutOff = LibvirtError(
    code: .systemError, domain: .rpc, message: "End of file while reading data: Input/output error", function: "")

  init() { fake = FakeHypervisor(clock: clock) }

  /// When each attempt to connect was made.
  var attempts: [Duration] { state.withLock { $0.attempts } }
  var connections: [CountingHypervisor] { state.withLock { $0.connections } }

  /// Tasks that are about to call.
  var arrivals: Int { state.withLock { $0.arrivals } }
  func arrive() { state.withLock { $0.arrivals += 1 } }

  /// The connection breaks, and so many attempts to make it again fail.
  func goAway(refusing refusals: Int = 0, _ reason: CloseReason = .endOfFile) {
    state.withLock { $0.refusals = refusals }
    fake.disconnect(reason)
  }

  /// From now on who connects is not answered.
  func freeze() { state.withLock { $0.isHanging = true } }

  func thaw() {
    let hanging = state.withLock { state in
      state.isHanging = false
      defer { state.hanging = [] }
      return state.hanging
    }
    for attempt in hanging { attempt.resume() }
  }

  func isReplaced(by other: FakeHypervisor?) { state.withLock { $0.replacement = other } }

  func open(pace: LastingConnection.Pace = .init(), seed: UInt64 = 1) async throws(LibvirtError) -> LastingConnection {
    try await LastingConnection.open(pace: pace, clock: clock, alarm: alarm, random: SeededNumbers(seed: seed)) {
      () async throws(LibvirtError) in try await self.connect()
    }
  }

  private func connect() async throws(LibvirtError) -> any Hypervisor {
    let isHanging = state.withLock { state in
      state.attempts.append(clock.now.offset)
      return state.isHanging
    }
    if isHanging {
      await withCheckedContinuation { continuation in state.withLock { $0.hanging.append(continuation) } }
    }
    let isRefused = state.withLock { state in
      state.refusals -= 1
      return state.refusals >= 0
    }
    if isRefused { throw Daemon.refused }
    return state.withLock { state in
      let counting = CountingHypervisor((state.replacement ?? fake).reconnected())
      state.connections.append(counting)
      return counting
    }
  }
}

@Suite(.timeLimit(.minutes(1))) struct LastingConnectionTests {
  private let daemon = Daemon()

  private func define(_ hypervisor: any Hypervisor) async throws -> ContractDomain {
    let domain = ContractDomain(machine: .q35, images: "/images", network: "default", os: "")
    _ = try await hypervisor.create(domain.definition)
    return domain
  }

  private func added(_ domain: ContractDomain) -> HypervisorEvent {
    .domain(DomainEvent(uuid: domain.uuid, name: domain.name, kind: .lifecycle(.definedAdded)))
  }

  /// Until something that another task does has happened.
  private func until(_ condition: () -> Bool) async {
    while !condition(), !Task.isCancelled { await Task.yield() }
  }

  // MARK: Connecting

  @Test func `a daemon that is not there at first is not waited for`() async {
    daemon.goAway(refusing: 1)
    await #expect(throws: Daemon.refused) { _ = try await daemon.open() }
    #expect(daemon.attempts.count == 1)
  }

  @Test func `F2: the next call after a loss connects again`() async throws {
    let lasting = try await daemon.open()
    let host = try await lasting.host()
    let domain = try await define(lasting)
    daemon.goAway()
    #expect(try await lasting.observe(.uuid(domain.uuid))?.name == domain.name)
    #expect(try await lasting.host() == host)
    #expect(daemon.attempts.count == 2)
  }

  @Test func `F2: calls of several tasks share one attempt`() async throws {
    let lasting = try await daemon.open()
    daemon.freeze()
    daemon.goAway()
    let calls = (0..<8).map { _ in
      Task { () async throws -> [DomainSummary] in
        daemon.arrive()
        return try await lasting.domains()
      }
    }
    await until { daemon.arrivals == calls.count && daemon.attempts.count >= 2 }
    // So that those who would attempt on their own have done it.
    for _ in 0..<1000 { await Task.yield() }
    daemon.thaw()
    for call in calls { #expect(try await call.value.isEmpty) }
    #expect(daemon.attempts.count == 2)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `F5: attempts are made with growing pauses that chance shortens, until the limit`(_ seed: UInt64) async throws {
    let lasting = try await daemon.open(seed: seed)
    daemon.goAway(refusing: 1000)
    await #expect(throws: Daemon.refused) { _ = try await lasting.domains() }
    // The first attempt is the opening's.
    let times = daemon.attempts.dropFirst()
    let pauses = zip(times.dropFirst(), times).map { $0 - $1 }
    #expect(times.first == .zero && times.last == .seconds(30))
    var longest = Duration.milliseconds(100)
    for pause in pauses.dropLast() {
      #expect(pause >= longest / 2 && pause <= longest, "\(pauses)")
      longest = min(longest * 2, .seconds(5))
    }
    var numbers = SeededNumbers(seed: seed)
    #expect(pauses.first == .milliseconds(100) * Double.random(in: 0.5...1, using: &numbers))
  }

  @Test func `who gave up tries again at the next call`() async throws {
    let lasting = try await daemon.open()
    daemon.goAway(refusing: 1000)
    await #expect(throws: Daemon.refused) { _ = try await lasting.domains() }
    daemon.goAway()
    #expect(try await lasting.domains().isEmpty)
  }

  @Test func `F5: a daemon that takes the connection and says nothing is given up at the limit`() async throws {
    let lasting = try await daemon.open()
    daemon.goAway(.keepalive)
    daemon.freeze()
    let call = Task { try await lasting.domains() }
    await until { daemon.alarm.hasSleepers && daemon.attempts.count == 2 }
    daemon.alarm.advance(by: .seconds(30))
    let error = await #expect(throws: LibvirtError.self) { _ = try await call.value }
    #expect(error?.meansConnectionLost == true)
    // The attempt that hangs is the one that the next call waits for: no thread more for each.
    let next = Task { try await lasting.domains() }
    await until { daemon.alarm.hasSleepers }
    daemon.thaw()
    #expect(try await next.value.isEmpty)
    #expect(daemon.attempts.count == 2)
  }

  @Test func `a call whose task is cancelled does not wait for the limit`() async throws {
    let lasting = try await daemon.open()
    daemon.freeze()
    daemon.goAway()
    let call = Task { try await lasting.domains() }
    await until { daemon.attempts.count == 2 }
    call.cancel()
    await #expect(throws: LibvirtError.self) { _ = try await call.value }
    daemon.thaw()
  }

  @Test func `another host that answers is refused, whatever the call`() async throws {
    let lasting = try await daemon.open()
    let domain = try await define(lasting)
    let other = FakeHypervisor(host: HostUUID(high: 1, low: 2))
    daemon.isReplaced(by: other)
    daemon.goAway()
    for _ in 0..<2 {
      // The first is cut off, and connects again only when it is made again.
      _ = try? await lasting.start(domain.uuid)
      let error = await #expect(throws: LibvirtError.self) { _ = try await lasting.observe(.uuid(domain.uuid)) }
      #expect(error?.message.contains("another host") == true && error?.meansConnectionLost == true)
    }
    #expect(other.calls.allSatisfy { $0.kind == .host })
    for connection in daemon.connections.dropFirst() { #expect(connection.counts["close"] == 1) }
    daemon.isReplaced(by: nil)
    #expect(try await lasting.observe(.uuid(domain.uuid)) != nil)
  }

  // MARK: Calls that were cut off

  @Test(arguments: CountingHypervisor.Call.allCases.filter { ![.host, .events, .close, .observeMany].contains($0) })
  func `F3: a call that was cut off is made again if it reads, and never if it changes something`(
    _ call: CountingHypervisor.Call
  ) async throws {
    let lasting = try await daemon.open()
    daemon.fake.failNext(call, Daemon.cutOff)
    let error = await perform(call, on: lasting)
    let made = daemon.fake.calls.count { $0.kind == call }
    if call.isMutating {
      #expect(error == Daemon.cutOff && made == 1)
    } else {
      // There is no such domain, which the second call has found out.
      #expect(error?.meansConnectionLost != true && made == 2)
    }
    #expect(try await lasting.domains().isEmpty)
    #expect(daemon.attempts.count == 2)
  }

  private func perform(_ call: CountingHypervisor.Call, on hypervisor: any Hypervisor) async -> LibvirtError? {
    let uuid = DomainUUID(high: 1, low: 1)
    let text = XMLText("<domain/>")
    do throws(LibvirtError) {
      switch call {
      case .host: _ = try await hypervisor.host()
      case .capabilities: _ = try await hypervisor.capabilities()
      case .domainCapabilities: _ = try await hypervisor.domainCapabilities(DomainCapabilitiesQuery())
      case .networks: _ = try await hypervisor.networks()
      case .domains: _ = try await hypervisor.domains()
      case .observe: _ = try await hypervisor.observe(.uuid(uuid))
      case .observeMany: _ = try await hypervisor.observe([uuid])
      case .metadata: _ = try await hypervisor.metadata(uri: "u", of: uuid, side: .live)
      case .job: _ = try await hypervisor.job(of: uuid)
      case .control: _ = try await hypervisor.control(of: uuid)
      case .nativeCommandLine: _ = try await hypervisor.nativeCommandLine(for: text)
      case .events: _ = try await hypervisor.events()
      case .close: await hypervisor.close()
      case .autostart: _ = try await hypervisor.autostart(of: uuid)
      case .baseline: _ = try await hypervisor.baseline(text, DomainCapabilitiesQuery(), expanded: false)
      case .savedGuests: _ = try await hypervisor.savedGuests(of: uuid)
      case .capacity: _ = try await hypervisor.capacity(ofDisk: "vda", of: uuid)
      case .create: _ = try await hypervisor.create(text)
      case .start: try await hypervisor.start(uuid)
      case .shutdown: try await hypervisor.shutdown(uuid)
      case .destroy: try await hypervisor.destroy(uuid)
      case .undefine: try await hypervisor.undefine(uuid, [])
      case .attach: try await hypervisor.attach(text, to: uuid, side: .live)
      case .detach: try await hypervisor.detach(text, from: uuid, side: .live)
      case .detachAlias: try await hypervisor.detach(alias: "ua-a", from: uuid, side: .live)
      case .update: try await hypervisor.update(text, of: uuid, side: .live, force: false)
      case .setMetadata: try await hypervisor.setMetadata(nil, prefix: "p", uri: "u", of: uuid, side: .live)
      case .set: try await hypervisor.set(.vcpus(1), of: uuid, side: .live)
      case .updateSecurely: try await hypervisor.updateSecurely(uuid, side: .live) { _ in nil }
      case .resize: try await hypervisor.resize(disk: "vda", of: uuid, to: 1)
      }
      return nil
    } catch {
      return error
    }
  }

  @Test func `F3: a change whose reply was lost is there, and its error says only that nobody knows`() async throws {
    let lasting = try await daemon.open()
    let domain = try await define(lasting)
    try await lasting.start(domain.uuid)
    daemon.fake.failNext(.attach, Daemon.cutOff, afterDoing: true)
    await #expect(throws: Daemon.cutOff) { try await lasting.attach(domain.disk(), to: domain.uuid, side: .live) }
    #expect(try await lasting.observe(.uuid(domain.uuid))?.live?.shown.contains("ua-data") == true)
    #expect(daemon.fake.calls.count { $0.kind == .attach } == 1)
  }

  @Test func `a reading call that is cut off each time is not made for ever`() async throws {
    let lasting = try await daemon.open()
    for _ in 0..<10 { daemon.fake.failNext(.observe, Daemon.cutOff) }
    await #expect(throws: Daemon.cutOff) { _ = try await lasting.observe(.name("x")) }
    #expect(daemon.fake.calls.count { $0.kind == .observe } == 3)
  }

  @Test func `what libvirt refuses costs no connection`() async throws {
    let lasting = try await daemon.open()
    await #expect(throws: LibvirtError.self) { try await lasting.start(DomainUUID(high: 1, low: 1)) }
    await #expect(throws: LibvirtError.self) { _ = try await lasting.job(of: DomainUUID(high: 1, low: 1)) }
    #expect(daemon.attempts.count == 1)
  }

  // MARK: Events

  @Test func `F4: the stream goes on over a loss, and says that everything has to be looked at`() async throws {
    let lasting = try await daemon.open()
    var events = try await lasting.events().makeAsyncIterator()
    var second = try await lasting.events().makeAsyncIterator()
    var domain = try await define(lasting)
    for _ in 0..<3 {
      #expect(await events.next() == added(domain))
      #expect(await second.next() == added(domain))
      // Nobody makes a call here: who only listens is connected again all the same.
      daemon.goAway(refusing: 2)
      #expect(await events.next() == .resync)
      #expect(await second.next() == .resync)
      domain = try await define(lasting)
    }
    #expect(await events.next() == added(domain))
    await lasting.close()
    #expect(await events.next() == .closed(.client))
    #expect(await events.next() == nil)
  }

  @Test func `who listens is told to look when there is no connection to be had`() async throws {
    let lasting = try await daemon.open()
    var events = try await lasting.events().makeAsyncIterator()
    daemon.goAway(refusing: 1000)
    #expect(await events.next() == .resync)
    daemon.goAway()
    #expect(try await lasting.domains().isEmpty)
    #expect(await events.next() == .resync)
  }

  // MARK: The end

  @Test func `closed is closed: who waits is told, nobody connects, and what comes too late is closed`() async throws {
    let lasting = try await daemon.open()
    daemon.freeze()
    daemon.goAway()
    let call = Task { try await lasting.domains() }
    await until { daemon.attempts.count == 2 }
    await lasting.close()
    let error = await #expect(throws: LibvirtError.self) { _ = try await call.value }
    #expect(error?.code == .invalidConnection)
    daemon.thaw()
    await until { daemon.connections.count == 2 && daemon.connections.allSatisfy { $0.counts["close"] == 1 } }
    await #expect(throws: LibvirtError.self) { _ = try await lasting.domains() }
    await #expect(throws: LibvirtError.self) { try await lasting.start(DomainUUID(high: 1, low: 1)) }
    await #expect(throws: LibvirtError.self) { _ = try await lasting.events() }
    #expect(daemon.attempts.count == 2)
  }

  // MARK: The contract

  @Test(arguments: ContractSubject.Machine.allCases, HypervisorContract.behaviours)
  func contract(machine: ContractSubject.Machine, behaviour: HypervisorContract.Behaviour) async throws {
    let clock = VirtualClock()
    let fake = FakeHypervisor(clock: clock, guest: .silent)
    let lasting = try await LastingConnection.open(clock: clock) { () async throws(LibvirtError) in fake }
    let start = clock.now
    let subject = ContractSubject(
      hypervisor: lasting, machine: machine, images: "/images", now: { start.duration(to: clock.now) },
      bootElements: "<kernel>/kernel</kernel>",
      boot: { domain, hypervisor in
        fake.setGuest(.acknowledges(after: .milliseconds(100)), of: domain.uuid)
        try await hypervisor.start(domain.uuid)
      })
    try await behaviour.run(on: subject)
    await lasting.close()
  }
}
