import Control
import Intent
import Libvirt
import Logging
import Reconciling
import Store
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// A daemon's engine over a fake libvirt and a store of its own, in real time.
final class ResidentBench: Sendable {
  let fake: FakeHypervisor
  let store: TemporaryStore
  let resident: Resident
  private let running = Mutex<Task<Problem?, Never>?>(nil)

  init(
    guest: FakeHypervisor.Guest = .acknowledges(after: .milliseconds(50)), again other: ResidentBench? = nil,
    change: (inout ResidentSettings) -> Void = { _ in }
  ) throws {
    fake = other?.fake ?? FakeHypervisor(clock: ContinuousClock(), guest: guest)
    store = try other?.store ?? TemporaryStore()
    var settings = ResidentSettings()
    settings.resync = .milliseconds(300)
    settings.patience = .milliseconds(300)
    change(&settings)
    let (fake, counters) = (fake, Counters())
    resident = Resident(
      uri: nil, location: store.location, command: "a test", settings: settings,
      admission: Admission(policy: DocumentPolicy()),
      time: .system, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { (_, _) async throws(LibvirtError) in counters.count(fake.reconnected()) }
    self.calls = counters
  }

  final class Counters: Sendable {
    private let all = Mutex<[CountingHypervisor]>([])

    func count(_ hypervisor: any Hypervisor) -> any Hypervisor {
      let counter = CountingHypervisor(hypervisor)
      all.withLock { $0.append(counter) }
      return counter
    }

    var mutating: Int { all.withLock { $0.reduce(0) { $0 + $1.mutatingCalls } } }
  }

  let calls: Counters

  /// Runs it, and returns when it is ready.
  func start() async throws {
    let resident = resident
    let task = Task { () -> Problem? in
      do throws(Problem) {
        try await resident.run()
        return nil
      } catch {
        return error
      }
    }
    running.withLock { $0 = task }
    try await until("ready") { await resident.readiness().isReady }
  }

  /// Ends it in order.
  func stop() async throws {
    resident.stop()
    let task = running.withLock { $0 }
    if let problem = await task?.value { throw problem }
  }

  @discardableResult
  func with<Value: Sendable>(_ body: (Resident) async throws -> Value) async throws -> Value {
    try await start()
    let result: Result<Value, any Error>
    do {
      result = .success(try await body(resident))
    } catch {
      result = .failure(error)
    }
    try await stop()
    return try result.get()
  }

  func submit(
    _ document: String, name: String = "web-1", expecting: IntentSubmission.Expectation? = .absent, key: String? = nil,
    requester: Requester = .operator
  ) async throws -> IntentReceipt {
    try await resident.submit(
      IntentSubmission(
        domain: name, source: IntentSource(name: "a test", bytes: Array(document.utf8)), expecting: expecting,
        idempotencyKey: key, requester: requester))
  }

  /// Waits until an operation is over.
  @discardableResult
  func finished(_ id: String) async throws -> OperationStatus {
    let status = try await resident.operation(id, wait: 10_000)
    guard status.isOver else { throw Problem("test", "not over: \(status.state) \(status.summary)") }
    return status
  }

  func report(_ name: String = "web-1") async throws -> DomainReport {
    try #require(try await resident.domains([name]).first)
  }

  func item(_ name: String = "web-1") async throws -> DomainListing.Item {
    try #require(try await resident.list(DomainQuery()).items.first { $0.name == name })
  }

  func until(_ what: String, _ isSo: () async throws -> Bool) async throws {
    for _ in 0..<1000 {
      if try await isSo() { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Problem("test", "in 10 s it did not come to: \(what)")
  }
}
