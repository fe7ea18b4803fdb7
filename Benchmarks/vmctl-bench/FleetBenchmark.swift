import Control
import Digests
import Foundation
import Libvirt
import Reconciling
import Store
import Synchronization
import Vocabulary

/// Design section 13, first two rows: N domains that are as wanted, against libvirt's own time to return both documents
/// of each; and what is called, written and changed for that, which is nothing.
///
/// `look` is what a daemon does every 30 s: all documents are read, and their digests compared with those that are
/// kept. `reconcile` is `vmctl reconcile --all`, which parses and plans each as well, a process' start left out.
struct FleetBenchmark {
  let uri: String
  let location: StoreLocation
  let count: Int
  private let counters = Counters()

  private final class Counters: Sendable {
    let all = Mutex<[CountingHypervisor]>([])
    var mutating: Int { all.withLock { $0.reduce(0) { $0 + $1.mutatingCalls } } }
    var calls: Int { all.withLock { $0.reduce(0) { $0 + $1.counts.values.reduce(0, +) } } }
  }

  private var control: EmbeddedControl {
    let counters = counters
    return EmbeddedControl(uri: uri, location: location, command: "vmctl-bench", time: .system) {
      (uri, readOnly) async throws(LibvirtError) in
      let counter = CountingHypervisor(try await Connection.open(uri: uri, readOnly: readOnly))
      counters.all.withLock { $0.append(counter) }
      return counter
    }
  }

  /// Floor and subjects take turns; the medians count.
  func run(turns: Int) async throws {
    let documents = (0..<count).map { IntentSource(name: "\($0)", bytes: Array(FleetBenchmark.document($0).utf8)) }
    for start in stride(from: 0, to: count, by: 50) {
      try await reconcile(ReconcileRequest(documents: Array(documents[start..<min(start + 50, count)])))
    }
    try await reconcile(ReconcileRequest(all: true))
    let floor = try LibvirtFloor(uri)
    let found = try floor.find((0..<count).map(FleetBenchmark.name))
    let connection = try await Connection.open(uri: uri, readOnly: true)
    let domains = try await connection.domains().map(\.uuid)
    var known: [DomainUUID: Digest] = [:]
    for observation in try await connection.observe(domains) {
      known[observation.uuid] = FleetBenchmark.digest(observation)
    }

    counters.all.withLock { $0 = [] }
    let before = state()
    var times = (floor: [Double](), look: [Double](), reconcile: [Double]())
    var bytes = 0
    let clock = ContinuousClock()
    for _ in 0..<turns {
      times.floor.append(try clock.measure { bytes = try floor.readAll() }.microseconds / 1000)
      times.look.append(
        try await clock.measure {
          for observation in try await connection.observe(domains)
          where known[observation.uuid] != FleetBenchmark.digest(observation) {
            throw BenchmarkFault("\(observation.name) changed by itself")
          }
        }.microseconds / 1000)
      times.reconcile.append(
        try await clock.measure { try await reconcile(ReconcileRequest(all: true)) }.microseconds / 1000)
    }
    await connection.close()
    let (low, look, whole) = (median(times.floor), median(times.look), median(times.reconcile))
    print(
      "{\"callsPerDomain\":\(rounded(Double(counters.calls) / Double(turns * count))),\"domains\":\(found),"
        + "\"floorMilliseconds\":\(rounded(low)),\"lookMilliseconds\":\(rounded(look)),"
        + "\"mutatingCalls\":\(counters.mutating),\"ratio\":\(rounded(look / low)),"
        + "\"reconcileMilliseconds\":\(rounded(whole)),\"reconcileRatio\":\(rounded(whole / low)),"
        + "\"storeIsUnchanged\":\(state() == before),\"xmlBytes\":\(bytes)}")
    guard counters.mutating == 0, state() == before else { throw BenchmarkFault("an unchanged domain was changed") }
  }

  private func reconcile(_ request: ReconcileRequest) async throws {
    for await event in try await control.reconcile(request) {
      guard let report = event.report, report.outcome != .asWanted else { continue }
      throw BenchmarkFault("\(report.domain): \(report.summary) \(report.problems.map(\.message)) \(report.refused)")
    }
  }

  /// What the store has on disk.
  private func state() -> [Data?] {
    ["", "-wal"].map { FileManager.default.contents(atPath: location.path + $0) }
  }

  private static func digest(_ observation: Observation) -> Digest {
    var builder = DigestBuilder()
    for text in [observation.live, observation.persistent].compactMap({ $0 }) { builder.update(field: text.shown) }
    return builder.finalize()
  }

  static func name(_ number: Int) -> String { "fleet-\(number)" }

  /// Of 8 KB as libvirt prints it, and without a file that would have to be there.
  static func document(_ number: Int) -> String {
    var text = """
      apiVersion: vmctl/v1
      kind: Domain
      metadata: {name: \(name(number))}
      spec:
        power: stopped
        creation: {type: qemu, machine: q35, memory: 64 MiB, cpu: {model: qemu64}, rootPorts: 4}
        devices:

      """
    for letter in "abcdefgh" {
      text += "  - id: disk-\(letter)\n    xml: <disk type='network' device='disk'><driver name='qemu' type='raw'/>"
      text += "<source protocol='nbd' name='volume-\(letter)'><host name='storage.example'/></source>"
      text += "<target dev='sd\(letter)' bus='scsi'/></disk>\n"
    }
    for port in 1...4 {
      text += "  - id: talk-\(port)\n    xml: <channel type='pty'><target type='virtio' name='org.example.\(port)'/>"
      text += "</channel>\n"
    }
    return text
  }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
