import Control
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

@Suite struct ReconcileTests {
  typealias W = Workbench

  @Test func `A1: the plan shows the very definition that creation gives to libvirt`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root, W.card("lan")])
    let plan = try await bench.plan(document)
    #expect(plan.steps.map(\.action) == ["define", "start"])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let defined = bench.fake.calls.filter { $0.kind == .create }
    #expect(defined.map { $0.text?.shown } == [plan.steps.first?.xml])
  }

  @Test func `A2: after a start that failed the domain is started as it was defined, not defined again`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root])
    bench.fake.failNext(
      .start, LibvirtError(code: .internalError, domain: .qemu, message: "no", function: "virDomainCreate"))
    let failed = try await bench.reconcile(document)
    #expect(failed.outcome == .error)
    #expect(failed.problems.first?.message.contains("start power") == true)
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    #expect(bench.fake.calls.filter { $0.kind == .create }.count == 1)
  }

  @Test func `I9: what is as wanted costs no mutating call and no write`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root, W.card("lan"), W.rng("entropy")])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let before = bench.storeState()
    bench.forgetCalls()
    for _ in 0..<3 { #expect(try await bench.reconcile(document).outcome == .asWanted) }
    #expect(bench.mutatingCalls == 0)
    #expect(bench.storeState() == before)
    #expect(try await bench.control.history(of: "web-1", limit: 10).count == 1)
  }

  @Test func `R8: a change that was half made and is taken back is undone, not taken for somebody else's`() async throws
  {
    func document(_ mac: String) -> String {
      W.document([W.root, "{id: lan, replace: allowed, interface: {network: default, mac: \"52:54:00:00:00:\(mac)\"}}"])
    }
    let bench = try Workbench()
    #expect(try await bench.reconcile(document("0a")).outcome == .asWanted)
    bench.fake.decideFates { $0.side == .persistent && $0.kind != .setMetadata ? .fails(.refused) : .asUsual }
    #expect(try await bench.reconcile(document("0b")).outcome == .error)
    bench.fake.decideFates { _ in .asUsual }
    let half = try #require(try await bench.fake.observe(.name("web-1")))
    #expect(half.live?.shown.contains("52:54:00:00:00:0b") == true)

    let report = try await bench.reconcile(document("0a"))
    #expect(report.outcome == .asWanted, "\(report.problems)")
    #expect(report.drift.isEmpty)
    let whole = try #require(try await bench.fake.observe(.name("web-1")))
    for side in [whole.live, whole.persistent] { #expect(side?.shown.contains("52:54:00:00:00:0a") == true) }
  }

  @Test func `R8: a removal that was half made and is taken back is undone where drift is only reported`() async throws
  {
    let both = W.document([W.root, W.card("lan")], more: "  drift: report")
    let bench = try Workbench()
    #expect(try await bench.reconcile(both).outcome == .asWanted)
    bench.fake.decideFates { $0.side == .persistent && $0.kind == .detach ? .fails(.refused) : .asUsual }
    #expect(try await bench.reconcile(W.document([W.root], more: "  drift: report")).outcome == .error)
    bench.fake.decideFates { _ in .asUsual }

    let report = try await bench.reconcile(both)
    #expect(report.outcome == .asWanted, "\(report.problems)")
    #expect(report.drift.isEmpty)
    let lan = try #require(try await bench.report().devices.first { $0.id == "lan" })
    #expect(lan.sides.count == 2)
  }

  @Test(arguments: [true, false])
  func `I5: a call whose reply was lost is settled by reading, at once`(_ wasDone: Bool) async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    bench.forgetCalls()
    bench.fake.failNext(.attach, .connectionLost, afterDoing: wasDone)
    let report = try await bench.reconcile(W.document([W.root, W.rng("entropy")]))
    #expect(report.outcome == .asWanted, "\(report.problems)")
    let attaches = bench.fake.calls.filter { $0.kind == .attach }
    #expect(attaches.filter { $0.side == .live }.count == (wasDone ? 1 : 2))
    #expect(attaches.filter { $0.side == .persistent }.count == 1)
    // What is read is read when the call cannot be under way any more.
    let afterwards = bench.fake.calls.drop { $0.kind != .attach }.dropFirst().prefix(4)
    // It is read over a new connection, which first asks who is there.
    #expect(afterwards.map(\.kind) == [.host, .events, .job, .observe])
  }

  @Test func `a call that ends the daemon each time is made twice and not again`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    bench.forgetCalls()
    for _ in 0..<6 { bench.fake.failNext(.attach, .connectionLost) }
    let report = try await bench.reconcile(W.document([W.root, W.rng("entropy")]))
    #expect(report.outcome == .error)
    #expect(report.problems.first?.device == "entropy")
    #expect(bench.fake.calls.filter { $0.kind == .attach }.count == 2)
  }

  @Test(arguments: [true, false])
  func `I6: what could not be read is read at the next start, and never made twice`(_ wasDone: Bool) async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    bench.forgetCalls()
    bench.fake.failNext(.attach, .connectionLost, afterDoing: wasDone)
    // As often as a question is asked again.
    for _ in 0..<3 { bench.fake.failNext(.job, after: .attach, .connectionLost) }
    let document = W.document([W.root, W.rng("entropy")])
    let lost = try await bench.reconcile(document)
    #expect(lost.outcome == .error)
    #expect(lost.steps.contains { $0.state == "unknown" })

    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let attaches = bench.fake.calls.filter { $0.kind == .attach }
    #expect(attaches.filter { $0.side == .live }.count == (wasDone ? 1 : 2))
    #expect(attaches.filter { $0.side == .persistent }.count == 1)
    let history = try await bench.control.history(of: "web-1", limit: 10)
    #expect(history.allSatisfy { $0.steps.allSatisfy { $0.state != "unknown" && $0.state != "started" } })
  }

  @Test func `F6: what came of a call is not read while the domain is held by it; it is settled afterwards`()
    async throws
  {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let held = LibvirtError(
      code: .operationTimeout, domain: .qemu,
      message: "Timed out during operation: cannot acquire state change lock "
        + "(held by monitor=remoteDispatchDomainAttachDeviceFlags)",
      function: "virDomainGetJobStats")
    // No answer in time, and it is carried out later.
    bench.fake.failNext(
      .attach, LibvirtError(code: .operationTimeout, domain: .none, message: "not answered", function: ""))
    bench.fake.failNext(.job, after: .attach, held)
    let stuck = try await bench.reconcile(W.document([W.root, W.rng("entropy")]))
    #expect(stuck.steps.contains { $0.action == "attach" && $0.state == "unknown" }, "\(stuck.steps)")
    #expect(stuck.outcome != .asWanted)
    bench.forgetCalls()
    bench.fake.failNext(.job, held)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome.exitCode == 13)
    #expect(bench.mutatingCalls == 0)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
  }

  @Test(arguments: [CountingHypervisor.Call.create, .attach])
  func `I2: a slot that a device got unread is its own, although it is gone when somebody looks`(
    _ call: CountingHypervisor.Call
  ) async throws {
    let bench = try Workbench()
    let power = call == .create ? "stopped" : "running"
    if call == .attach { #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted) }
    bench.fake.failNext(call, .connectionLost, afterDoing: true)
    // As often as a question is asked again.
    for _ in 0..<3 { bench.fake.failNext(.job, after: call, .connectionLost) }
    let lost = try await bench.reconcile(W.document([W.root, W.rng("entropy")], power: power))
    #expect(lost.steps.contains { $0.state == "unknown" })
    let slot = try #require(try await bench.report().devices.first { $0.id == "entropy" }?.slot)

    let uuid = try await bench.uuid()
    bench.fake.detachForeign("ua-entropy", from: uuid, side: call == .create ? .persistent : .live)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("other")], power: power)).outcome == .asWanted)
    #expect(try await bench.report().devices.first { $0.id == "other" }?.slot != slot)
    let both = W.document([W.root, W.rng("other"), W.rng("entropy")], power: power)
    #expect(try await bench.reconcile(both).outcome == .asWanted)
    #expect(try await bench.report().devices.first { $0.id == "entropy" }?.slot == slot)
  }

  @Test(arguments: ["running", "stopped"])
  func `I2: what a call brought unseen and nobody wants any more leaves again; the domain knows its slot`(
    _ power: String
  ) async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    bench.fake.failNext(.attach, .connectionLost, afterDoing: true)
    // As often as a question is asked again.
    for _ in 0..<3 { bench.fake.failNext(.job, after: .attach, .connectionLost) }
    let lost = try await bench.reconcile(W.document([W.root, W.rng("entropy")]))
    #expect(lost.steps.contains { $0.state == "unknown" })
    #expect(try await bench.report().devices.contains { $0.id == "entropy" })

    let report = try await bench.reconcile(W.document([W.root], power: power))
    #expect(report.outcome == .asWanted, "\(report)")
    #expect(!(try await bench.report().devices.contains { $0.id == "entropy" }))
    let definition = try await bench.fake.observe(.name("web-1"))?.persistent
    #expect(definition?.shown.contains("entropy") == true, "only the store knows of its slot")
  }

  @Test func `a domain that a foreign job holds gets no call at all`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let uuid = try await bench.uuid()
    bench.fake.setJob(JobState(kind: .unbounded, operation: .migrationOut), of: uuid)
    bench.forgetCalls()
    let held = try await bench.reconcile(W.document([W.root, W.rng("entropy")]))
    #expect(held.outcome.exitCode == 13)
    #expect(held.problems.map(\.code.rawValue) == ["job-in-progress"])
    #expect(bench.mutatingCalls == 0)

    bench.fake.setJob(.none, of: uuid)
    bench.fake.setControl(ControlState(kind: .occupied), of: uuid)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .conflict)
    #expect(bench.mutatingCalls == 0)
    bench.fake.setControl(.ok, of: uuid)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
  }

  @Test func `a refused document changes nothing, and is not accepted`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let before = bench.storeState()
    bench.forgetCalls()
    let refused = try await bench.reconcile(
      W.document([W.root, W.rng("entropy"), "{id: lan, interface: {network: nope}}"]))
    #expect(refused.outcome == .refused)
    #expect(refused.refused.map(\.code) == ["network-missing"])
    #expect(bench.mutatingCalls == 0)
    #expect(bench.storeState() == before)
  }

  @Test func `R16: equal content is no new generation, and an older number of the client is stale`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root], generation: 5)).generation == 1)
    #expect(try await bench.reconcile(W.document([W.root], generation: 5) + "\n# a comment\n").generation == 1)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("e")], generation: 6)).generation == 2)
    let stale = try await bench.reconcile(W.document([W.root], generation: 4))
    #expect(stale.outcome.exitCode == 13)
    #expect(stale.problems.map(\.code.rawValue) == ["stale-generation"])
  }

  @Test func `R13: a guest that shut itself down stays down, one that crashed is started`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    bench.fake.stop(try await bench.uuid(), .shutdown)
    let down = try await bench.reconcile(document)
    #expect(down.steps.isEmpty)
    #expect(down.notes.contains { $0.contains("shut itself down") })
    #expect(try await bench.perform(VerbRequest(.start, domain: "web-1")).outcome == .asWanted)
    bench.fake.stop(try await bench.uuid(), .crashed)
    #expect(try await bench.reconcile(document).steps.map(\.action) == ["start"])
  }

  @Test func `R15: a name that went to another domain is a conflict`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root], power: "unmanaged")
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let definition = try #require(try await bench.fake.observe(.name("web-1"))?.persistent)
    let uuid = try await bench.uuid()
    try await bench.fake.undefine(uuid, [])
    let other = definition.shown.replacing(uuid.description, with: "11111111-2222-4333-8444-555555555555")
    _ = try await bench.fake.create(XMLText(other))
    bench.forgetCalls()
    let report = try await bench.reconcile(document)
    #expect(report.outcome.exitCode == 13)
    #expect(report.refused.map(\.code) == ["name-reuse"])
    #expect(bench.mutatingCalls == 0)
  }

  @Test func `a domain that was there before vmctl is not taken over by a document of its name`() async throws {
    let bench = try Workbench()
    _ = try await bench.fake.create(
      XMLText(
        "<domain type='qemu'><name>web-1</name><memory unit='KiB'>262144</memory><os><type>hvm</type></os>"
          + "<devices/></domain>"))
    bench.forgetCalls()
    let report = try await bench.reconcile(W.document([W.root]))
    #expect(report.outcome.exitCode == 13)
    #expect(bench.mutatingCalls == 0)
    #expect(
      try await bench.perform(VerbRequest(.delete, domain: "web-1")).problems.map(\.code.rawValue) == ["not-managed"])
  }

  @Test func `our element, removed by a foreign hand, is put back from the store`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root, W.rng("entropy")])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let uuid = try await bench.uuid()
    for side in Side.allCases {
      try await bench.fake.setMetadata(nil, prefix: "vmctl", uri: "urn:vmctl:domain:1", of: uuid, side: side)
    }
    bench.forgetCalls()
    let report = try await bench.reconcile(document)
    #expect(report.outcome == .asWanted)
    #expect(report.steps.map(\.action) == ["setMetadata", "setMetadata"])
    #expect(try await bench.plan(document).steps.isEmpty)
  }

  @Test func `progress is told in order, each step after its commit, and ends with the report`() async throws {
    let bench = try Workbench()
    let events = try await bench.events([W.document([W.root])])
    #expect(events.map(\.sequence) == Array(1...events.count))
    #expect(events.map(\.phase) == [.begun, .done, .begun, .done, .finished])
    #expect(events.last?.report?.outcome == .asWanted)
    #expect(events.compactMap { $0.step?.action } == ["define", "define", "start", "start"])
  }

  @Test func `several domains are worked at side by side, each with an outcome of its own`() async throws {
    let bench = try Workbench()
    let documents =
      (1...6).map { W.document([W.root], name: "d-\($0)") }
      + [W.document(["{id: lan, interface: {network: nope}}"], name: "bad")]
    let reports = try await bench.reconcileAll(documents)
    #expect(reports.count == 7)
    #expect(reports.filter { $0.outcome == .asWanted }.count == 6)
    #expect(reports.first { $0.domain == "bad" }?.outcome == .refused)
    #expect(reports.map(\.outcome).max()?.exitCode == 12)
  }

  @Test func `R1: two documents of one domain in one call are an error before anything is done`() async throws {
    let bench = try Workbench()
    let problem = await #expect(throws: Problem.self) {
      try await bench.reconcileAll([W.document([W.root]), W.document([])])
    }
    #expect(problem?.code.outcome.exitCode == 64)
    #expect(bench.fake.calls.isEmpty)
  }
}
