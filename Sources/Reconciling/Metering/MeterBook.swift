import Control
import CoreMetrics
import Libvirt
import Store
import Synchronization
import Vocabulary

/// The series that the engine measures with, made once: what is known beforehand is there from the start, at 0.
final class MeterBook: Sendable {
  private struct Operation: Hashable {
    let action: String
    let kind: String
    let state: StepRow.State
  }

  let factory: any MetricsFactory
  let queueDepth: any RecorderHandler
  let activeWorkers: any RecorderHandler
  let resyncDuration: any TimerHandler
  let resyncedDomains: any RecorderHandler
  let connected: any RecorderHandler
  let storeRevision: any RecorderHandler
  private let callsPerReconcile: any RecorderHandler
  private let reconciles: [Outcome: (count: any CounterHandler, duration: any TimerHandler)]
  private let calls: [CountingHypervisor.Call: any CounterHandler]
  private let operations = Mutex<[Operation: any TimerHandler]>([:])
  let domains = Mutex<[DomainUUID: DomainMeters]>([:])

  init(_ factory: any MetricsFactory) {
    func counter(_ metric: Metric, _ labels: [String]) -> any CounterHandler {
      factory.makeCounter(label: metric.name, dimensions: metric.dimensions(labels))
    }
    func timer(_ metric: Metric, _ labels: [String] = []) -> any TimerHandler {
      factory.makeTimer(label: metric.name, dimensions: metric.dimensions(labels))
    }
    func gauge(_ metric: Metric) -> any RecorderHandler {
      factory.makeRecorder(label: metric.name, dimensions: [], aggregate: false)
    }
    self.factory = factory
    queueDepth = gauge(.queueDepth)
    activeWorkers = gauge(.activeWorkers)
    resyncDuration = timer(.resyncDuration)
    resyncedDomains = gauge(.resyncedDomains)
    connected = gauge(.libvirtConnected)
    storeRevision = gauge(.storeRevision)
    callsPerReconcile = factory.makeRecorder(label: Metric.callsPerReconcile.name, dimensions: [], aggregate: true)
    reconciles = Dictionary(
      uniqueKeysWithValues: Outcome.allCases.map {
        ($0, (counter(.reconciles, [$0.rawValue]), timer(.reconcileDuration, [$0.rawValue])))
      })
    calls = Dictionary(
      uniqueKeysWithValues: CountingHypervisor.Call.allCases.map {
        ($0, counter(.libvirtCalls, [$0.rawValue, $0.isMutating ? "true" : "false"]))
      })
  }

  func gauge(_ metric: Metric, _ labels: [String]) -> any RecorderHandler {
    factory.makeRecorder(label: metric.name, dimensions: metric.dimensions(labels), aggregate: false)
  }

  func count(_ call: CountingHypervisor.Call) { calls[call]?.increment(by: 1) }

  func reconciled(_ report: OperationReport, in duration: Duration, calls: Int) {
    let (seconds, attoseconds) = duration.components
    reconciles[report.outcome]?.count.increment(by: 1)
    reconciles[report.outcome]?.duration.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    callsPerReconcile.record(Int64(calls))
    // libvirt has it no more, whoever took it away (I11).
    if report.problems.contains(where: { $0.code == "gone" }) || report.refused.contains(where: { $0.code == "gone" }) {
      forget(named: report.domain)
    }
  }

  func operation(_ action: String, _ kind: String, _ state: StepRow.State, milliseconds: Int64) {
    let operation = Operation(action: action, kind: kind, state: state)
    let timer = operations.withLock { operations in
      if let timer = operations[operation] { return timer }
      let timer = factory.makeTimer(
        label: Metric.operationDuration.name,
        dimensions: Metric.operationDuration.dimensions([action, kind, state.rawValue]))
      operations[operation] = timer
      return timer
    }
    timer.recordNanoseconds(milliseconds * 1_000_000)
  }
}
