import Control
import Foundation
import Libvirt
import Reconciling
import Store
import TestSupport
import Testing
import Vocabulary

/// `vmctl doctor` (issue 4): every finding with its way out, and no change anywhere.
@Suite struct DoctorTests {
  typealias W = Workbench

  private func bench() async throws -> Workbench {
    let bench = try Workbench()
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: bench.store.folder)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
    return bench
  }

  /// What is worse than a note, without what this machine's /dev/kvm and disk are like.
  private func wrong(_ report: ExaminationReport) -> [String] {
    report.findings.filter { $0.severity > .note && !["kvm", "disk"].contains($0.check) }.map(\.check)
  }

  @Test func `I9: where all is well nothing is wrong, and looking changes nothing`() async throws {
    let bench = try await bench()
    let before = bench.storeState()
    bench.forgetCalls()
    let report = try await bench.control.examination()
    #expect(wrong(report) == [])
    for check in ["libvirt", "libvirt-writable", "emulator", "store"] {
      #expect(report.findings.contains { $0.check == check && $0.severity == .ok }, "\(check)")
    }
    #expect(bench.mutatingCalls == 0)
    #expect(bench.storeState() == before)
    #expect(StoreLock.holder(of: bench.store.location) == nil)
  }

  @Test func `without libvirt the store is looked at`() async throws {
    let bench = try await bench()
    let report = try await bench.unreachable.examination()
    #expect(wrong(report) == ["libvirt"])
    #expect(report.outcome == .error)
    #expect(report.findings.contains { $0.check == "store" && $0.severity == .ok })
    #expect(report.findings.first { $0.check == "libvirt" }?.remedy?.contains("start libvirtd") == true)
  }

  @Test func `a libvirt that only lets look is told`() async throws {
    let bench = try await bench()
    let control = EmbeddedControl(uri: nil, location: bench.store.location, command: "a test", time: .system) {
      (_, readOnly) async throws(LibvirtError) in
      if readOnly { return bench.fake.reconnected() }
      throw LibvirtError(
        code: .authenticationFailed, domain: .rpc, message: "authentication unavailable", function: "virConnectOpen")
    }
    #expect(wrong(try await control.examination()) == ["libvirt-writable"])
  }

  @Test func `a store that is missing is worth a note, one that is damaged a problem`() async throws {
    let empty = try Workbench()
    let none = try await empty.control.examination()
    #expect(wrong(none) == [])
    #expect(none.findings.contains { $0.check == "store" && $0.severity == .note })

    let bench = try await bench()
    try operate(on: bench.store.location.path, "UPDATE applied SET kind = 'x'")
    let damaged = try await bench.control.examination()
    #expect(damaged.findings.filter { $0.check == "store-rows" }.count == 2)
    #expect(damaged.findings.filter { $0.check == "store-rows" }.allSatisfy { $0.remedy != nil })

    for (text, words) in [("no database", "not a store"), ("", "")] {
      try Data(text.utf8).write(to: URL(filePath: bench.store.location.path))
      let report = try await bench.control.examination()
      #expect(report.findings.contains { $0.check == "libvirt" && $0.severity == .ok })
      if !words.isEmpty {
        #expect(report.findings.contains { $0.severity == .problem && $0.message.contains(words) })
      }
    }
  }

  @Test(arguments: [("PRAGMA user_version = 99", Finding.Severity.problem), ("PRAGMA user_version = 0", .note)])
  func `a store of another schema is told with the vmctl that it needs`(_ sql: String, _ severity: Finding.Severity)
    async throws
  {
    let bench = try await bench()
    try operate(on: bench.store.location.path, sql)
    let report = try await bench.control.examination()
    let finding = try #require(report.findings.first { $0.check == "store" })
    #expect(finding.severity == severity)
    #expect(finding.message.contains("schema"))
    #expect(finding.remedy != nil)
    // Every other way to the store says the same.
    guard severity == .problem else { return }
    for attempt in [
      { _ = try await bench.control.domains([]) }, { _ = try await bench.control.history(of: "web-1", limit: 1) },
      { _ = try await bench.reconcile(W.document([W.root])) },
      { _ = try await bench.perform(VerbRequest(.stop, domain: "web-1")) },
      { _ = try await bench.control.backUpStore(to: bench.store.folder + "/b.db", overwriting: false) },
      { _ = try await bench.control.repairStore() },
    ] as [@Sendable () async throws -> Void] {
      let error = await #expect(throws: Problem.self) { try await attempt() }
      #expect(error?.message.contains("schema 99") == true)
      #expect(error?.remedy?.contains("newer") == true)
    }
    bench.forgetCalls()
    #expect(bench.mutatingCalls == 0)
  }

  @Test func `permissions that let others in are told with the command that shuts them out`() async throws {
    let bench = try await bench()
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: bench.store.location.path)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: bench.store.folder)
    let found = try await bench.control.examination().findings.filter { $0.check == "store-permissions" }
    #expect(found.map(\.severity) == [.problem, .warning])
    #expect(found.map(\.remedy) == ["chmod 0700 \(bench.store.folder)", "chmod 0600 \(bench.store.location.path)"])
  }

  @Test func `who holds the store and what he left is told`() async throws {
    let bench = try await bench()
    let lock = try await StoreLock.acquire(
      bench.store.location, command: "vmctld", since: Timestamp(milliseconds: 1))
    let held = try await bench.control.examination()
    #expect(held.findings.contains { $0.check == "store-lock" && $0.message.contains("'vmctld'") })
    #expect(wrong(held) == [])
    lock.close()
  }

  @Test func `a domain that the store lost and one that libvirt lost are told`() async throws {
    let bench = try await bench()
    #expect(try await bench.reconcile(W.document([W.root], name: "web-2")).outcome == .asWanted)
    let store = try await bench.store.writing()
    let keys = try await store.domains(named: "web-1").map(\.key)
    for key in keys { try await store.remove(key) }
    try store.close()
    let uuid = try await bench.uuid("web-2")
    try await bench.fake.destroy(uuid)
    try await bench.fake.undefine(uuid, [])
    let report = try await bench.control.examination()
    #expect(report.findings.contains { $0.check == "orphaned-metadata" && $0.subject == "web-1" })
    let ghost = try #require(report.findings.first { $0.check == "ghost" })
    #expect(ghost.subject == "web-2")
    #expect(ghost.remedy?.contains("vmctl restore web-2") == true)
    #expect(wrong(report).sorted() == ["ghost", "orphaned-metadata"])
  }

  /// Domains that nobody manages are no business of the doctor's.
  @Test func `a domain of somebody else is no finding`() async throws {
    let bench = try await bench()
    _ = try await bench.fake.create(
      ContractDomain(machine: .q35, images: "/images", network: "default", os: "").definition)
    #expect(wrong(try await bench.control.examination()) == [])
  }

  @Test func `a guest that does not let go and a step without an end are told`() async throws {
    let bench = try await bench()
    let store = try await bench.store.writing()
    let key = try #require(try await store.domains(named: "web-1").first).key
    let now = Timestamp(milliseconds: 1_700_000_000_000 - 7_200_000)
    let unplug = UnplugRow(
      target: StepTarget(kind: "device", name: "entropy"), run: 1, state: .waiting, alias: "ua-entropy", since: now,
      deadline: now, attempts: 1)
    try await store.save(DomainChanges(unplugs: [unplug]), of: key)
    let operation = try await store.startOperation("reconcile", domain: key, at: now)
    let step = StepRow(
      operation: operation, order: 1, target: StepTarget(kind: "device", name: "entropy"), action: "detach",
      side: .live, call: "virDomainDetachDeviceAlias", effect: "guest", reason: "test")
    try await store.begin(step, at: now)
    try store.close()
    let report = try await bench.control.examination()
    #expect(wrong(report) == ["unplug", "open-step"])
    #expect(report.findings.contains { $0.check == "unplug" && $0.message.contains("'entropy'") })
    #expect(report.findings.contains { $0.check == "open-step" && $0.message.contains("detach entropy (live)") })
    // Somebody is at it.
    let lock = try await StoreLock.acquire(bench.store.location, command: "vmctl", since: now)
    #expect(wrong(try await bench.control.examination()) == ["unplug"])
    lock.close()
  }

  /// The trap of test-rig.md.
  @Test func `a /dev/kvm that QEMU's user cannot open is told`() throws {
    let place = try TemporaryStore()
    let path = place.folder + "/kvm"
    #expect(KVMCheck(path: path, accounts: nil).findings.map(\.severity) == [.note])
    #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]))
    let (owner, group) = (getuid(), getgid())
    func severity(_ user: UInt32, _ groups: [UInt32]) -> [Finding.Severity] {
      KVMCheck(path: path, accounts: HypervisorAccount(name: "libvirt-qemu", user: user, groups: groups))
        .findings.map(\.severity)
    }
    #expect(severity(owner + 1, [group]) == [.problem])
    #expect(severity(owner, []) == [.ok])
    #expect(severity(0, []) == [.ok])
    try FileManager.default.setAttributes([.posixPermissions: 0o660], ofItemAtPath: path)
    #expect(severity(owner + 1, [group]) == [.ok])
    #expect(severity(owner + 1, [group + 1]) == [.problem])
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
    #expect(severity(owner + 1, [group + 1]) == [.ok])
    #expect(HypervisorAccount.user(in: "# user = \"x\"\n user = \"+107\"\n") == "107")
  }
}
