import Control
import Foundation
import Libvirt
import Reconciling
import Store
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// A control over a fake libvirt, a virtual clock and a store of its own.
final class Workbench: Sendable {
  let fake: FakeHypervisor
  let store: TemporaryStore
  private let clock = VirtualClock()
  private let counters = Mutex<[CountingHypervisor]>([])

  init(
    guest: FakeHypervisor.Guest = .acknowledges(after: .milliseconds(100)), store: TemporaryStore? = nil
  ) throws {
    fake = FakeHypervisor(clock: clock, guest: guest)
    self.store = try store ?? TemporaryStore()
  }

  var control: EmbeddedControl {
    let clock = clock
    let time = Timekeeper(clock: clock) { Workbench.time(clock) }
    return EmbeddedControl(uri: nil, location: store.location, command: "a test", time: time) {
      (_, _) async throws(LibvirtError) in
      let counter = CountingHypervisor(self.fake.reconnected())
      self.counters.withLock { $0.append(counter) }
      return counter
    }
  }

  /// The wall clock of its commands.
  var now: Timestamp { Workbench.time(clock) }

  private static func time(_ clock: VirtualClock) -> Timestamp {
    Timestamp(milliseconds: 1_700_000_000_000 + clock.now.offset.components.seconds * 1000)
  }

  var mutatingCalls: Int { counters.withLock { $0.reduce(0) { $0 + $1.mutatingCalls } } }

  func forgetCalls() {
    counters.withLock { $0 = [] }
    fake.forgetCalls()
  }

  func pass(_ duration: Duration) { clock.advance(by: duration) }

  // MARK: Commands

  @discardableResult
  func reconcile(_ document: String, removals: [String] = [], timeout: Int64 = 30_000) async throws -> OperationReport {
    try #require(try await reconcileAll([document], removals: removals, timeout: timeout).first)
  }

  func reconcileAll(
    _ documents: [String], removals: [String] = [], timeout: Int64 = 30_000
  ) async throws -> [OperationReport] {
    try await events(documents, removals: removals, timeout: timeout).compactMap(\.report)
  }

  func events(
    _ documents: [String], removals: [String] = [], timeout: Int64 = 30_000
  ) async throws -> [ProgressEvent] {
    let sources = documents.enumerated().map { IntentSource(name: "\($0).yaml", bytes: Array($1.utf8)) }
    var events: [ProgressEvent] = []
    for await event in try await control.reconcile(
      ReconcileRequest(documents: sources, removals: removals, timeout: timeout))
    { events.append(event) }
    return events
  }

  func plan(_ document: String) async throws -> PlanDocument {
    let request = ReconcileRequest(documents: [IntentSource(name: "0.yaml", bytes: Array(document.utf8))])
    return try #require(try await control.plan(request).first)
  }

  @discardableResult
  func perform(_ request: VerbRequest) async throws -> OperationReport {
    var report: OperationReport?
    for await event in try await control.perform(request) { report = event.report ?? report }
    return try #require(report)
  }

  func report(_ name: String = "web-1") async throws -> DomainReport {
    try #require(try await control.domains([name]).first)
  }

  func uuid(_ name: String = "web-1") async throws -> DomainUUID {
    try #require(try await fake.observe(.name(name))).uuid
  }

  /// Both sides of the domain as the store holds them.
  func storeState() -> [String: Data] {
    var state: [String: Data] = [:]
    for suffix in ["", "-wal"] {
      state[suffix] = FileManager.default.contents(atPath: store.location.path + suffix)
    }
    return state
  }

  // MARK: Documents

  static func document(
    _ devices: [String], name: String = "web-1", power: String = "running", generation: Int? = nil,
    more: String = ""
  ) -> String {
    """
    apiVersion: vmctl/v1
    kind: Domain
    metadata: {name: \(name)\(generation.map { ", generation: \($0)" } ?? "")}
    spec:
      power: \(power)
      creation: {type: qemu, machine: q35, memory: 256 MiB, rootPorts: 4, serial: none}
    \(more)
      devices:
    \(devices.isEmpty ? "    []" : devices.map { "  - " + $0 }.joined(separator: "\n"))
    """
  }

  static let root =
    "{id: root, xml: \"<disk type='network' device='disk'><driver name='qemu' type='raw'/>"
    + "<source protocol='nbd' name='root'><host name='h'/></source><target dev='vda' bus='virtio'/></disk>\", "
    + "bootOrder: 1}"

  static func rng(_ id: String) -> String {
    "{id: \(id), xml: \"<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>\"}"
  }

  static func card(_ id: String) -> String { "{id: \(id), interface: {network: default}}" }
}

extension LibvirtError {
  /// What libvirt says where it does not do it.
  static let refused = LibvirtError(
    code: .operationFailed, domain: .qemu, message: "it does not work", function: "virDomainAttachDeviceFlags")
  /// What a client is told when the daemon dies under a call (faults.md 2.1).
  static let connectionLost = LibvirtError(
    code: .systemError, domain: .rpc, message: "End of file while reading data: Input/output error",
    function: "virDomainAttachDeviceFlags")
}
