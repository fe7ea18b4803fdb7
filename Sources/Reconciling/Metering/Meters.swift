import Control
package import CoreMetrics
package import Libvirt
import Planning
import Store
import Synchronization
package import Vocabulary

/// Where the engine says what can be measured of it; the names are in `Metric`.
///
/// Only a daemon begins to measure. Without that each of these is a look at one pointer: vmctl's own start and passes
/// pay for no more.
package enum Meters {
  private static let running = Mutex<MeterBook?>(nil)
  @TaskLocal private static var scoped: MeterBook?
  /// The calls of the pass that this task belongs to.
  @TaskLocal static var tally: CallTally?

  static var book: MeterBook? { scoped ?? running.withLock { $0 } }

  /// Measures what `body` and the tasks that it starts do, and nothing else.
  package static func measuring<Value>(
    with factory: any MetricsFactory, _ body: () async throws -> Value
  ) async rethrows -> Value {
    try await $scoped.withValue(MeterBook(factory), operation: body)
  }

  // MARK: The daemon

  /// Begins to measure, once in a process, before anything is opened.
  package static func begin(_ factory: any MetricsFactory, version: String) {
    let book = MeterBook(factory)
    book.gauge(.buildInfo, [version]).record(Int64(1))
    running.withLock { $0 = book }
  }

  /// Domains that are due for a look.
  package static func queue(depth: Int) { book?.queueDepth.record(Int64(depth)) }

  /// Passes that run now.
  package static func workers(_ count: Int) { book?.activeWorkers.record(Int64(count)) }

  /// A look at all domains has ended.
  package static func resync(duration: Duration, domains: Int) {
    guard let book else { return }
    book.resyncDuration.recordNanoseconds(duration.nanoseconds)
    book.resyncedDomains.record(Int64(domains))
  }

  /// Whether libvirt answers.
  package static func connected(_ isConnected: Bool) { book?.connected.record(Int64(isConnected ? 1 : 0)) }

  /// The id of the newest event in the store.
  package static func store(revision: Int64) { book?.storeRevision.record(revision) }

  /// Whether anybody measures and nothing is known of the domain yet: since the start no pass has looked at it.
  package static func misses(_ domain: DomainUUID) -> Bool {
    guard let book else { return false }
    return book.domains.withLock { $0[domain] == nil }
  }

  /// The domain is nobody's business any more: what was said of it is withdrawn.
  package static func forget(_ domain: DomainUUID) { book?.forget(domain) }

  /// The hypervisor, with its calls counted where anybody measures.
  package static func metered(_ hypervisor: any Hypervisor) -> any Hypervisor {
    guard let book else { return hypervisor }
    return CountingHypervisor(hypervisor) { call in
      book.count(call)
      tally?.count()
    }
  }

  // MARK: The engine

  /// One pass over a document.
  static func reconcile(_ pass: () async -> OperationReport) async -> OperationReport {
    guard let book else { return await pass() }
    let tally = CallTally()
    let clock = ContinuousClock()
    let start = clock.now
    let report = await $tally.withValue(tally, operation: pass)
    book.reconciled(report, in: clock.now - start, calls: tally.calls)
    return report
  }

  /// A step was settled; `nil`: it was never begun.
  static func operation(_ row: StepRow, _ state: StepRow.State, milliseconds: Int64?) {
    guard let book, let milliseconds else { return }
    book.operation(row.action, row.deviceKind ?? row.target.kind, state, milliseconds: milliseconds)
  }

  /// What a pass found of a domain in the end.
  static func found(_ knowledge: Knowledge, _ plan: Plan, _ key: DomainKey) {
    guard let book else { return }
    if let observed = knowledge.observed { book.found(observed, plan, key.domain) } else { book.forget(key.domain) }
  }
}

/// How many calls a pass has made, in whatever tasks.
final class CallTally: Sendable {
  private let made = Mutex(0)

  var calls: Int { made.withLock { $0 } }

  func count() { made.withLock { $0 += 1 } }
}

extension Duration {
  /// Whole nanoseconds.
  fileprivate var nanoseconds: Int64 {
    components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
  }
}
