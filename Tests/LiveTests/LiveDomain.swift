import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import Store
import Synchronization
import TestSupport
import Testing
import Vocabulary

/// One domain of a test, with a name, a store and images of its own; removed whatever happens.
final class LiveDomain: Sendable {
  let host: PrivateHost
  let name: String
  let machine: String
  let folder: String
  let storePath: String
  /// Where vmctl reaches the host; whoever looks at what came of it goes there directly.
  let uri: String
  private let counters = Mutex<[CountingHypervisor]>([])

  private init(_ host: PrivateHost, uri: String, machine: String) throws {
    self.host = host
    self.uri = uri
    self.machine = machine
    name = "t-" + UUID().uuidString.lowercased().prefix(8)
    folder = host.images + "/" + name
    storePath = folder + "/store/vmctl.db"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// On the host of the whole run, or on one of the test's own, which may be reached through something else.
  static func with<Value>(
    machine: String = "q35", on own: PrivateHost? = nil, through uri: String? = nil,
    _ body: (LiveDomain) async throws -> Value
  ) async throws -> Value {
    let host = try #require(own ?? PrivateHost.current)
    let domain = try LiveDomain(host, uri: uri ?? host.uri, machine: machine)
    do {
      let value = try await body(domain)
      try await domain.remove()
      return value
    } catch {
      try await domain.remove()
      throw error
    }
  }

  private func remove() async throws {
    let connection = try await Connection.open(uri: host.uri, readOnly: false)
    if let found = try await connection.observe(.name(name)) {
      if found.state.isActive { try await connection.destroy(found.uuid) }
      if found.isPersistent {
        try await connection.undefine(found.uuid, [.managedSave, .nvram, .snapshotsMetadata])
      }
    }
    await connection.close()
    try FileManager.default.removeItem(atPath: folder)
  }

  // MARK: vmctl

  var control: EmbeddedControl {
    EmbeddedControl(
      uri: uri, location: StoreLocation(path: storePath), command: "a test", time: .system
    ) { (uri, readOnly) async throws(LibvirtError) in
      let counter = CountingHypervisor(try await Connection.open(uri: uri, readOnly: readOnly))
      self.counters.withLock { $0.append(counter) }
      return counter
    }
  }

  /// Mutating libvirt calls since the last `forgetCalls`.
  var mutatingCalls: Int { counters.withLock { $0.reduce(0) { $0 + $1.mutatingCalls } } }

  func forgetCalls() { counters.withLock { $0 = [] } }

  @discardableResult
  func reconcile(
    _ document: String, removals: [String] = [], reassert: Bool = false, grow: Bool = false, timeout: Int64 = 30_000
  ) async throws -> OperationReport {
    let request = ReconcileRequest(
      documents: [IntentSource(name: "test.yaml", bytes: Array(document.utf8))], removals: removals, reassert: reassert,
      grow: grow, timeout: timeout)
    return try await finish(control.reconcile(request))
  }

  /// Documents of several domains in one call; their reports in no order.
  func reconcileAll(_ documents: [String], timeout: Int64 = 30_000) async throws -> [OperationReport] {
    let sources = documents.enumerated().map { IntentSource(name: "\($0).yaml", bytes: Array($1.utf8)) }
    var reports: [OperationReport] = []
    for await event in try await control.reconcile(ReconcileRequest(documents: sources, timeout: timeout)) {
      if let report = event.report { reports.append(report) }
    }
    return reports
  }

  func plan(_ document: String) async throws -> PlanDocument {
    let request = ReconcileRequest(documents: [IntentSource(name: "test.yaml", bytes: Array(document.utf8))])
    return try #require(try await control.plan(request).first)
  }

  @discardableResult
  func perform(
    _ verb: VerbRequest.Verb, device: String? = nil, force: Bool = false, size: UInt64? = nil, secret: String? = nil,
    timeout: Int64 = 30_000
  ) async throws -> OperationReport {
    var request = VerbRequest(verb, domain: name, device: device, timeout: timeout, force: force)
    request.size = size
    request.secret = secret.map { Secret($0) }
    return try await finish(control.perform(request))
  }

  func report() async throws -> DomainReport {
    try #require(try await control.domains([name]).first)
  }

  private func finish(_ events: AsyncStream<ProgressEvent>) async throws -> OperationReport {
    var report: OperationReport?
    for await event in events { report = event.report ?? report }
    return try #require(report)
  }

  // MARK: Documents

  /// A document whose domain boots the co-operating guest, or, without `boots`, one that never answers.
  func document(
    _ devices: [String], power: String = "running", boots: Bool = true, rootPorts: Int = 4,
    hotplugMemory: String? = nil, vcpus: Int = 1, graphics: String = "none", settings: String = ""
  ) -> String {
    let kernel =
      boots
      ? """
          kernel: \(host.kernel)
          initrd: \(host.initrd)
          cmdline: console=ttyS0 quiet cryptomgr.notests
      """ : ""
    return """
      apiVersion: vmctl/v1
      kind: Domain
      metadata: {name: \(name)}
      spec:
        power: \(power)
        creation:
          type: qemu
          machine: \(machine)
          cpu: {model: qemu64}
          memory: 192 MiB
          vcpus: \(vcpus)
          rootPorts: \(rootPorts)
          serial: {file: \(serialFile)}
          graphics: \(graphics)
      \(hotplugMemory.map { "    hotplugMemory: \($0)\n" } ?? "")\(kernel)
      \(settings.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
        devices:
      \(devices.map { "  - " + $0 }.joined(separator: "\n"))
      """
  }

  func disk(_ id: String, target: String, bus: String = "virtio", extra: String = "") throws -> String {
    let file = "\(folder)/\(id).img"
    if !FileManager.default.fileExists(atPath: file) {
      #expect(FileManager.default.createFile(atPath: file, contents: Data(count: 1 << 20)))
    }
    return "{id: \(id), disk: {file: \(file), format: raw, bus: \(bus), target: \(target)}\(extra)}"
  }

  func card(_ id: String, extra: String = "") -> String {
    "{id: \(id), interface: {network: \(host.network)\(extra)}}"
  }

  // MARK: What is

  func xml(_ side: Side) async throws -> XMLText {
    try #require(try await observe().xml(side))
  }

  func observe() async throws -> Observation {
    let connection = try await Connection.open(uri: host.uri, readOnly: false)
    let found = try await connection.observe(.name(name))
    await connection.close()
    return try #require(found)
  }

  func definition(_ side: Side) async throws -> DomainDefinition {
    try DomainDefinition(try #require(try await observe().xml(side)))
  }

  /// Runs calls as another tool would, behind vmctl's back.
  func behindItsBack(_ body: (Connection, DomainUUID) async throws -> Void) async throws {
    let connection = try await Connection.open(uri: host.uri, readOnly: false)
    let found = try #require(try await connection.observe(.name(name)))
    do {
      try await body(connection, found.uuid)
      await connection.close()
    } catch {
      await connection.close()
      throw error
    }
  }

  /// As another tool would.
  @discardableResult
  func virsh(_ words: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/virsh")
    process.arguments = ["-q", "-c", host.uri] + words
    process.standardOutput = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "virsh \(words.joined(separator: " "))")
    return String(decoding: said, as: UTF8.self)
  }

  // MARK: What the guest sees

  var serialFile: String { "\(folder)/serial.log" }

  /// The guest's newest report that satisfies `condition`.
  func guest(_ condition: (GuestReport) -> Bool = { _ in true }) async throws -> GuestReport {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
      let text = FileManager.default.contents(atPath: serialFile).map { String(decoding: $0, as: UTF8.self) } ?? ""
      if let report = GuestReport(newestIn: text), condition(report) { return report }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("the guest of \(name) did not report what was waited for")
    throw CancellationError()
  }

  /// A new run of the guest begins a new report.
  func forgetReports() throws {
    try Data().write(to: URL(filePath: serialFile))
  }
}
