import Control
import DomainXML
import Intent
package import Libvirt
package import Logging
import Planning
package import Store
import Synchronization
package import Vocabulary

/// Keeps the domains of a host as their documents want them, day and night: what `vmctld` is.
///
/// Level-based (design section 4): events, requests and time only say which domain to look at; what is done follows
/// from what is.
package final class Resident: ResidentControl {
  let control: EmbeddedControl
  let workplace: Workplace
  let settings: ResidentSettings
  let time: Timekeeper
  let log: Logger

  let directory = Directory()
  let board: EventBoard
  let queue: WorkQueue
  let turns = Turns()
  /// New names, one document at a time.
  let arrivals = Turns()
  let held: Open
  let admission: Admission
  /// Reasons to look at the list of domains before it is time.
  let soon: AsyncStream<Void>
  let lookSoon: AsyncStream<Void>.Continuation

  /// What is open while it runs.
  final class Open: Sendable {
    struct State {
      var store: RecordStore?
      var surroundings: Surroundings?
      var lanes: Lanes?
      /// Why there is none yet.
      var reason = Problem("no-connection", "vmctld is starting")
      var isReady = false
      var isStopping = false
      /// Passes that can be ended by cancelling, for they wait for a guest.
      var waiting: [String: Task<OperationReport, Never>] = [:]
      var passes: [String: Pass] = [:]
      /// The report of the newest pass or verb of a domain.
      var reports: [String: OperationReport] = [:]
      /// Verbs that were begun and are not over, by operation.
      var verbs: [Int64: Verb] = [:]
      /// The newest that are over.
      var ended: [String: OperationStatus] = [:]
      var endedInOrder: [String] = []
    }

    /// A pass that runs, and the document that it is to reach.
    struct Pass {
      let task: Task<OperationReport, Never>
      let generation: Generation
    }

    private let state = Mutex(State())

    func change<Value>(_ body: (inout State) -> Value) -> Value { state.withLock { body(&$0) } }
  }

  /// - Parameters:
  ///   - uri: the hypervisor, as virsh's `-c`; `nil` for libvirt's own choice.
  ///   - location: the store.
  ///   - command: what other processes are told of who holds the store.
  ///   - settings: how it works.
  ///   - admission: what documents and verbs are let through.
  ///   - time: the clocks.
  ///   - log: where what it does is written.
  package convenience init(
    uri: String?, location: StoreLocation, command: String, settings: ResidentSettings, admission: Admission,
    time: Timekeeper = .system, log: Logger
  ) {
    self.init(
      uri: uri, location: location, command: command, settings: settings, admission: admission, time: time, log: log
    ) { (uri, readOnly) async throws(LibvirtError) in try await Connection.open(uri: uri, readOnly: readOnly) }
  }

  /// With another hypervisor and clock behind it.
  package init(
    uri: String?, location: StoreLocation, command: String, settings: ResidentSettings, admission: Admission,
    time: Timekeeper, log: Logger,
    connect: @escaping @Sendable (String?, Bool) async throws(LibvirtError) -> any Hypervisor
  ) {
    self.settings = settings
    self.time = time
    self.log = log
    self.admission = admission
    board = EventBoard(limit: settings.eventsKept, time: time)
    (soon, lookSoon) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    queue = WorkQueue(limit: settings.parallel, clock: time.clock)
    let held = Open()
    self.held = held
    let hooks = Hooks()
    var workplace = Workplace(uri: uri, location: location, command: command, time: time, connect: connect)
    workplace.socketPath = settings.socketPath
    self.workplace = workplace
    workplace.resident = Residence(
      surroundings: { () throws(Problem) in try held.surroundings() },
      turn: { domain, work in
        guard let resident = hooks.resident else { return await work() }
        return await resident.turn(domain, work)
      },
      tap: { event in hooks.resident?.tell(event) },
      admit: { (document, requester) async throws(Problem) in try await hooks.resident?.admit(document, requester) })
    control = EmbeddedControl(workplace)
    hooks.set(self)
  }

  /// Leads from the control back to its owner.
  private final class Hooks: Sendable {
    private struct Weak { weak var resident: Resident? }
    private let held = Mutex(Weak())

    func set(_ resident: Resident) { held.withLock { $0.resident = resident } }
    var resident: Resident? { held.withLock { $0.resident } }
  }

  // MARK: Life

  /// Takes the store, before anything else of the daemon is there.
  /// - Throws: `store-held` with the holder's name, once he was waited for; whatever else keeps it from being opened.
  package func open() async throws(Problem) {
    let store = try await workplace.store(wait: .seconds(5))
    try await endUnbegun(store)
    held.change { $0.store = store }
  }

  /// Keeps the domains until `stop`.
  /// - Throws: as `open`, where that was not called; libvirt is waited for.
  package func run() async throws(Problem) {
    if held.change({ $0.store == nil }) { try await open() }
    guard let store = held.change({ $0.store }) else { return }
    guard let surroundings = await connected(store) else { return close(store) }
    let lanes = Lanes(first: surroundings.hypervisor) { [workplace] () async throws(Problem) in
      try await workplace.open(readOnly: false)
    }
    held.change { state in
      state.surroundings = surroundings
      state.lanes = lanes
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.follow(surroundings) }
      group.addTask { await self.resync(surroundings) }
      group.addTask { await self.readAhead() }
      await withTaskCancellationHandler {
        await queue.run { domain in await self.pass(domain) }
      } onCancel: {
        stop()
      }
      group.cancelAll()
    }
    let verbs = held.change { Array($0.verbs.values) }
    for verb in verbs { verb.task.cancel() }
    for verb in verbs { await verb.task.value }
    board.end()
    await lanes.close()
    await surroundings.events.stop()
    await surroundings.hypervisor.close()
    held.change { state in
      state.surroundings = nil
      state.reason = Problem("no-connection", "vmctld is stopping")
    }
    close(store)
  }

  /// Begins nothing any more and lets what runs come to an end: a step that was begun is settled or journalled, and who
  /// waits for a guest stops waiting. `run` returns then.
  package func stop() {
    let waiting = held.change { state in
      state.isStopping = true
      state.isReady = false
      return Array(state.waiting.values)
    }
    for task in waiting { task.cancel() }
    queue.end()
  }

  private func close(_ store: RecordStore) {
    do throws(StoreError) {
      try store.close()
    } catch {
      // What was written is durable; the kernel closes the rest.
      log.warning("the store could not be closed", metadata: ["error": "\(error.message)"])
    }
  }

  /// Connects, however long it takes; `nil` once it is to stop.
  private func connected(_ store: RecordStore) async -> Surroundings? {
    var attempts = 0
    var random = SystemRandomNumberGenerator()
    while !held.isStopping {
      do throws(Problem) {
        return try await workplace.surroundings(store)
      } catch {
        held.change { $0.reason = error }
        attempts += 1
        if attempts == 1 { log.warning("libvirt is not there", metadata: ["error": "\(error.message)"]) }
        let pause = Backoff(first: .milliseconds(250), longest: .seconds(10)).pause(after: attempts, &random)
        guard (try? await time.clock.sleep(for: pause)) != nil else { return nil }
      }
    }
    return nil
  }

  /// Operations that a daemon that was killed had promised and not begun.
  private func endUnbegun(_ store: RecordStore) async throws(Problem) {
    let end = OperationRow.End(
      at: time.now(), outcome: Outcome.error.rawValue, exitCode: Int(Outcome.error.exitCode),
      summary: "vmctld was stopped before it was begun: nothing was done")
    try await stored { () throws(StoreError) in
      for operation in try await store.unbegunOperations() { try await store.endOperation(operation, end) }
    }
  }
}

extension Resident.Open {
  func surroundings() throws(Problem) -> Surroundings {
    let result = change { state -> Result<Surroundings, Problem> in
      state.surroundings.map { .success($0) } ?? .failure(state.reason)
    }
    return try result.get()
  }

  var isStopping: Bool { change { $0.isStopping } }
}
