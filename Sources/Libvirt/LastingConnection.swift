internal import Vocabulary

/// A connection that outlives its daemon: where it is lost, the next call connects again, and with it come the events.
///
/// A call that reads and was cut off is made again on the new connection. A call that changes something never is: its
/// error goes to the caller as it is, for only a fresh read tells whether it was carried out (I5, faults.md 0.3). What
/// answers on the new connection has to be the same host as before.
package actor LastingConnection: Hypervisor {
  package typealias Connect = @Sendable () async throws(LibvirtError) -> any Hypervisor

  /// How patiently a lost connection is made again.
  package struct Pace: Sendable {
    /// Before the second attempt; doubled before each further one, up to `longestPause`. The first is made at once.
    package var firstPause: Duration = .milliseconds(100)
    package var longestPause: Duration = .seconds(5)
    /// How long a call waits for a connection.
    package var limit: Duration = .seconds(30)
    /// How long a call that changes something may take. libvirt waits without limit for a QEMU that is stopped (F6);
    /// three times what it waits for a domain's lock is more than a living one takes.
    package var callLimit: Duration = .seconds(90)
    /// The same of a start: memory is allocated and devices are reset, of a large guest for minutes.
    package var startLimit: Duration = .seconds(900)

    package init() {}
  }

  /// A reading call is made at most so often: a daemon that dies of a call shall not be killed for ever.
  private static let readingTries = 3

  private let connect: Connect
  private let host: HostUUID
  private let pace: Pace
  private let clock: any Clock<Duration>
  private let alarm: any Clock<Duration>
  private var random: any RandomNumberGenerator & Sendable
  private let fanout = EventFanout()

  private var link: Link?
  private var links = 0
  private var attempt: Task<Void, Never>?
  private var waiters: [Int: CheckedContinuation<Result<Link, LibvirtError>, Never>] = [:]
  private var lastWaiter = 0
  /// Why there is no connection.
  private var reason = ConnectionHandle.closed
  private var hasEvents = false
  private var isClosed = false

  /// One connection of several that follow each other.
  struct Link: Sendable {
    let number: Int
    let hypervisor: any Hypervisor
    /// As it answered when the connection was made.
    let description: HostDescription
    fileprivate(set) var pump: Task<Void, Never>?
  }

  /// Connects, once: a daemon that is not there at first is not waited for.
  ///
  /// - Parameters:
  ///   - pace: of the attempts after a loss.
  ///   - clock: what the pauses between attempts take their time from.
  ///   - alarm: what ends the wait for an attempt that does not end. A daemon that is frozen takes a connection and
  ///     says nothing, and libvirt's client cannot be called back from there.
  ///   - random: spreads the attempts of many.
  ///   - connect: makes a connection; the host that the first one reaches is the host from then on.
  /// - Returns: the connection, which `close` ends.
  /// - Throws: why it cannot be made.
  package static func open(
    pace: Pace = Pace(), clock: any Clock<Duration> = ContinuousClock(), alarm: any Clock<Duration> = ContinuousClock(),
    random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), connect: @escaping Connect
  ) async throws(LibvirtError) -> LastingConnection {
    let hypervisor = try await connect()
    do throws(LibvirtError) {
      let description = try await hypervisor.host()
      return LastingConnection(hypervisor, description, pace, clock, alarm, random, connect)
    } catch {
      await hypervisor.close()
      throw error
    }
  }

  private init(
    _ hypervisor: any Hypervisor, _ description: HostDescription, _ pace: Pace, _ clock: any Clock<Duration>,
    _ alarm: any Clock<Duration>, _ random: any RandomNumberGenerator & Sendable, _ connect: @escaping Connect
  ) {
    self.connect = connect
    self.pace = pace
    self.clock = clock
    self.alarm = alarm
    self.random = random
    host = description.uuid
    link = Link(number: 0, hypervisor: hypervisor, description: description)
  }

  deinit { fanout.finish(.client) }

  /// Ends it for good: nothing connects again, and who waits for a connection is told.
  package func close() async {
    isClosed = true
    reason = ConnectionHandle.closed
    attempt?.cancel()
    fanout.finish(.client)
    settle(.failure(reason))
    let last = link
    link = nil
    last?.pump?.cancel()
    await last?.hypervisor.close()
  }

  // MARK: Calls

  /// A call that changes nothing; made again on a new connection where it was cut off.
  func reading<Value: Sendable>(
    _ body: (Link) async throws(LibvirtError) -> Value
  ) async throws(LibvirtError) -> Value {
    var tries = 0
    while true {
      let link = try await connected()
      do throws(LibvirtError) {
        return try await body(link)
      } catch {
        guard error.meansConnectionLost else { throw error }
        lose(link.number, error)
        tries += 1
        guard tries < LastingConnection.readingTries else { throw error }
      }
    }
  }

  /// A call that changes something; made once.
  ///
  /// - Parameters:
  ///   - isStart: whether it starts a domain, which takes longer.
  ///   - body: makes the call.
  /// - Returns: what the call returned.
  /// - Throws: what the call threw; `operationTimeout` where it has not returned in time. It may be carried out all the
  ///   same, and the connection goes on with it alone: the daemon serves five calls of one client at a time, and this
  ///   is one of them.
  func changing<Value: Sendable>(
    isStart: Bool = false, _ body: @escaping @Sendable (any Hypervisor) async throws(LibvirtError) -> Value
  ) async throws(LibvirtError) -> Value {
    let link = try await connected()
    let limit = isStart ? pace.startLimit : pace.callLimit
    let first = FirstResult<Value>()
    let call = Task {
      do throws(LibvirtError) {
        first.set(.success(try await body(link.hypervisor)))
      } catch {
        first.set(.failure(error))
      }
    }
    let unanswered = LastingConnection.unanswered(after: limit)
    let end = Task { [alarm] in
      // Cancelled, the call was first.
      guard (try? await alarm.sleep(for: limit)) != nil else { return }
      first.set(.failure(unanswered))
    }
    defer { end.cancel() }
    let result = await withTaskCancellationHandler {
      await first.value
    } onCancel: {
      call.cancel()
    }
    if case .failure(let error) = result, error.meansConnectionLost || error == unanswered {
      lose(link.number, error)
    }
    return try result.get()
  }

  /// As libvirt says it of its own waits: what came of the call is unknown.
  private static func unanswered(after limit: Duration) -> LibvirtError {
    LibvirtError(
      code: .operationTimeout, domain: .none,
      message: "libvirt has not answered for \(limit.components.seconds) s; the call may still be carried out",
      function: "")
  }

  // MARK: Events

  /// One stream for as long as this lasts. After each new connection, and after each that could not be made, it says
  /// `resync`: what happened meanwhile was told to nobody.
  package func events() async throws(LibvirtError) -> AsyncStream<HypervisorEvent> {
    let stream = fanout.stream()
    try await reading { (link) async throws(LibvirtError) in try await follow(link) }
    return stream
  }

  private func follow(_ given: Link) async throws(LibvirtError) {
    guard link?.number == given.number, link?.pump == nil else { return try check(given) }
    let events = try await given.hypervisor.events()
    hasEvents = true
    try check(given)
    // Another task may have been first; its stream serves both.
    if link?.pump == nil { link?.pump = pump(events, of: given.number) }
  }

  /// - Throws: why the connection is not there any more.
  private func check(_ given: Link) throws(LibvirtError) {
    guard link?.number == given.number else { throw reason }
  }

  private func pump(_ events: AsyncStream<HypervisorEvent>, of number: Int) -> Task<Void, Never> {
    Task { [weak self] in
      for await event in events {
        if case .closed = event { break }
        await self?.pass(event, of: number)
      }
      await self?.lose(number, nil)
    }
  }

  private func pass(_ event: HypervisorEvent, of number: Int) {
    if link?.number == number { fanout.send(event) }
  }

  // MARK: Losing and connecting again

  private func lose(_ number: Int, _ error: LibvirtError?) {
    guard let lost = link, lost.number == number else { return }
    link = nil
    reason =
      error
      ?? LibvirtError(
        code: .internalError, domain: .rpc, message: "the connection to libvirt was lost", function: "virConnectOpen")
    lost.pump?.cancel()
    // Calls that are under way on it end by themselves; nobody needs to wait for that.
    Task { await lost.hypervisor.close() }
    // Who only listens makes no call that would connect again.
    if hasEvents { begin() }
  }

  /// The connection that works as far as anyone knows, made again where it was lost.
  private func connected() async throws(LibvirtError) -> Link {
    if isClosed { throw reason }
    if let link { return link }
    begin()
    lastWaiter += 1
    let id = lastWaiter
    let limit = Task { [weak self, alarm, pace] in
      // Cancelled, it is over and there is nobody left to tell.
      guard (try? await alarm.sleep(for: pace.limit)) != nil else { return }
      await self?.giveUp(id)
    }
    defer { limit.cancel() }
    let result: Result<Link, LibvirtError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume(returning: .failure(reason))
        } else {
          waiters[id] = continuation
        }
      }
    } onCancel: {
      Task { await self.giveUp(id) }
    }
    return try result.get()
  }

  private func giveUp(_ id: Int) { waiters.removeValue(forKey: id)?.resume(returning: .failure(reason)) }

  private func settle(_ result: Result<Link, LibvirtError>) {
    let waiting = waiters.values
    waiters = [:]
    for waiter in waiting { waiter.resume(returning: result) }
  }

  /// One attempt for all who need it.
  private func begin() {
    guard attempt == nil, !isClosed else { return }
    attempt = Task { await reconnect() }
  }

  private func reconnect() async {
    defer { attempt = nil }
    var waited = Duration.zero
    var pause = pace.firstPause
    while !isClosed {
      do throws(LibvirtError) {
        let (fresh, events) = try await makeLink()
        // Closed meanwhile: nobody wants it.
        guard !isClosed else { return await fresh.hypervisor.close() }
        link = fresh
        if let events {
          link?.pump = pump(events, of: fresh.number)
          fanout.send(.resync)
        }
        return settle(.success(fresh))
      } catch {
        guard !isClosed else { return }
        reason = error
        guard error.code != .invalidConnection, waited < pace.limit else { break }
      }
      let next = min(pause * Double.random(in: 0.5...1, using: &random), pace.limit - waited)
      waited += next
      pause = min(pause * 2, pace.longestPause)
      // Cancelled by `close` only, which is seen above.
      try? await clock.sleep(for: next)
    }
    guard !isClosed else { return }
    settle(.failure(reason))
    // Whoever listens has to look for themselves, and is told then why it cannot be done.
    if hasEvents { fanout.send(.resync) }
  }

  private func makeLink() async throws(LibvirtError) -> (Link, AsyncStream<HypervisorEvent>?) {
    let fresh = try await connect()
    do throws(LibvirtError) {
      let description = try await fresh.host()
      guard description.uuid == host else {
        throw LibvirtError(
          code: .invalidConnection, domain: .none,
          message: "another host answers than before: its UUID is \(description.uuid), not \(host)",
          function: "virConnectOpen")
      }
      // Before anyone reads on it, so that nothing falls in between.
      let events = hasEvents ? try await fresh.events() : nil
      links += 1
      return (Link(number: links, hypervisor: fresh, description: description), events)
    } catch {
      await fresh.close()
      throw error
    }
  }
}
