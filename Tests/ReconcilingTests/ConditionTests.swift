import Control
import Intent
import Libvirt
import Reconciling
import Store
import TestSupport
import Testing
import Vocabulary

private typealias W = Workbench

/// Design section 10: conditions are worked out anew on every pass, several reasons stand side by side, and each clears
/// by itself when its cause is gone.
@Suite struct ConditionTests {
  private static let all = [
    "Ready", "Reconciling", "Stalled", "RestartRequired", "UnplugPending", "DriftDetected", "ABIStable", "Gone",
  ]

  @Test func `a domain that is as wanted says all eight, each with its time and the generation looked at`() async throws
  {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan")])).outcome == .asWanted)
    let conditions = try await bench.report().conditions
    #expect(conditions.map(\.type) == ConditionTests.all)
    #expect(conditions.filter(\.isTrue).map(\.type) == ["Ready", "ABIStable"])
    #expect(conditions.allSatisfy { $0.since != nil && $0.observedGeneration == 1 && !$0.message.isEmpty })
    #expect(try await bench.kept() == conditions)
  }

  @Test func `while nothing changes the times stay and nothing is written (I9)`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root, W.card("lan")])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let before = try await bench.report().conditions
    let store = bench.storeState()
    bench.pass(.seconds(3600))
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    #expect(try await bench.report().conditions == before)
    #expect(bench.storeState() == store)
  }

  @Test func `a document that was accepted and not looked at yet is Pending, since it came`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    bench.pass(.seconds(60))
    let grown = W.document([W.root, W.card("lan")])
    let came = bench.now.milliseconds
    try await bench.accept(grown)
    for conditions in [try await bench.report().conditions, try await bench.kept()] {
      #expect(conditions["Ready"].map { [$0.status.rawValue, $0.reason] } == ["False", "Pending"])
      #expect(conditions["Reconciling"]?.status == .yes && conditions["Reconciling"]?.reason == "Pending")
      #expect(conditions["Ready"]?.since == came)
      #expect(conditions["Ready"]?.observedGeneration == 1)
    }
    bench.pass(.seconds(60))
    #expect(try await bench.reconcile(grown).outcome == .asWanted)
    let ready = try #require(try await bench.report().conditions["Ready"])
    #expect(ready.isTrue && ready.observedGeneration == 2 && ready.since.map { $0 > came } == true)
  }

  @Test func `RestartRequired comes with what waits for the next boot and goes with the boot`() async throws {
    let bench = try Workbench()
    let grown = W.document([W.root, "{id: lan, interface: {network: default, mtu: 9000}}"])
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan")])).outcome == .asWanted)
    #expect(try await bench.reconcile(grown).outcome == .nextBoot)
    let required = try #require(try await bench.report().conditions["RestartRequired"])
    #expect(required.isTrue && required.reason == "DeviceChanges" && required.message.contains("lan"))
    #expect(try await bench.kept()["RestartRequired"] == required)
    #expect(try await bench.kept()["Ready"]?.isTrue == true)
    bench.pass(.seconds(5))
    try await bench.perform(VerbRequest(.restart, domain: "web-1", force: true))
    #expect(try await bench.report().conditions["RestartRequired"]?.isTrue == false)
    #expect(try await bench.reconcile(grown).outcome == .asWanted)
    let after = try #require(try await bench.kept()["RestartRequired"])
    #expect(!after.isTrue && after.since.map { $0 > required.since ?? 0 } == true)
  }

  @Test func `UnplugPending stands beside WaitingForGuest, is armed when wanted again, and goes with the device`()
    async throws
  {
    let bench = try Workbench(guest: .silent)
    let with = W.document([W.root, W.rng("a"), W.rng("b"), W.rng("c")])
    let less = W.document([W.root, W.rng("c")])
    #expect(try await bench.reconcile(with).outcome == .asWanted)
    #expect(try await bench.reconcile(less, removals: ["a", "b"], timeout: 6_000).outcome == .waiting)
    let pending = try await bench.kept()
    #expect(pending["UnplugPending"]?.reason == "GuestHasNotLetGo")
    #expect(pending["UnplugPending"]?.message.contains("'a'") == true)
    #expect(pending["Ready"]?.reason == "WaitingForGuest")
    #expect(pending["Reconciling"]?.status == .yes)
    let asked = pending["UnplugPending"]?.since

    let again = W.document([W.root, W.rng("b"), W.rng("c")])
    try await bench.reconcile(again, removals: ["a"], timeout: 6_000)
    let both = try #require(try await bench.kept()["UnplugPending"])
    #expect(both.reasons.map(\.reason) == ["GuestHasNotLetGo", "ArmedRelease"])
    #expect(both.reasons[1].message.contains("'b'"))

    bench.pass(.seconds(600))
    try await bench.reconcile(again, removals: ["a"], timeout: 1_000)
    let overdue = try await bench.kept()
    #expect(overdue["UnplugPending"]?.reasons.map(\.reason) == ["Overdue", "ArmedRelease"])
    #expect(overdue["Stalled"]?.reasons.map(\.reason) == ["GuestOverdue"])

    bench.fake.reset(try await bench.uuid())
    #expect(try await bench.reconcile(again, removals: ["a"]).outcome == .asWanted)
    let after = try await bench.kept()
    #expect(after["UnplugPending"]?.status == .no && after["UnplugPending"]?.since != asked)
    #expect(after["Ready"]?.isTrue == true && after["Stalled"]?.status == .no)
  }

  @Test func `wanted again with the request still armed is Ready (design section 8)`() async throws {
    let bench = try Workbench(guest: .silent)
    let with = W.document([W.root, W.rng("a")])
    #expect(try await bench.reconcile(with).outcome == .asWanted)
    #expect(try await bench.reconcile(W.document([W.root]), timeout: 6_000).outcome == .waiting)
    try await bench.reconcile(with)
    let conditions = try await bench.kept()
    #expect(conditions["Ready"]?.isTrue == true)
    #expect(conditions["UnplugPending"]?.reasons.map(\.reason) == ["ArmedRelease"])
  }

  @Test func `DriftDetected comes with a foreign hand's change that is only reported, and goes with it`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root, W.card("lan")], more: "  drift: report")
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let uuid = try await bench.uuid()
    let card = try #require(try await bench.fake.observe(.uuid(uuid))?.live)
    bench.fake.detachForeign("ua-lan", from: uuid, side: .live)
    bench.pass(.seconds(10))
    try await bench.reconcile(document)
    let drift = try #require(try await bench.report().conditions["DriftDetected"])
    #expect(drift.isTrue && drift.reason == "ForeignChange" && drift.message.contains("lan"))
    #expect(try await bench.kept()["DriftDetected"] == drift)

    let store = bench.storeState()
    bench.pass(.seconds(10))
    try await bench.reconcile(document)
    #expect(try await bench.kept()["DriftDetected"] == drift)
    #expect(bench.storeState() == store)

    bench.fake.rewrite(uuid, side: .live) { _ in card }
    try await bench.reconcile(document)
    let gone = try #require(try await bench.kept()["DriftDetected"])
    #expect(gone.status == .no && gone.since.map { $0 > drift.since ?? 0 } == true)
  }

  @Test func `what is put right in the same pass is no drift afterwards`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root, W.card("lan")])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    bench.fake.detachForeign("ua-lan", from: try await bench.uuid(), side: .live)
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    #expect(try await bench.kept()["DriftDetected"]?.status == .no)
  }

  @Test func `refused as a whole: the generation was looked at, and several reasons stand side by side (R16)`()
    async throws
  {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan")])).outcome == .asWanted)
    // A network that is not there, and a removal that a guard rail holds back.
    let bad = W.document(["{id: dmz, interface: {network: nowhere}}"])
    let refused = try await bench.reconcile(bad)
    #expect(refused.outcome == .refused)
    #expect(try await bench.kept()["Ready"]?.isTrue == true, "it was not accepted")

    try await bench.accept(bad)
    #expect(try await bench.reconcile(bad).outcome == .refused)
    let report = try await bench.report()
    #expect(report.generation == 2 && report.observedGeneration == 2)
    let stalled = try #require(report.conditions["Stalled"])
    #expect(stalled.isTrue && Set(stalled.reasons.map(\.reason)) == ["Protected", "RemovalNotMeant", "NetworkMissing"])
    #expect(report.conditions["Ready"]?.reasons.map(\.reason) == ["Refused"])
    #expect(report.conditions.allSatisfy { $0.observedGeneration == 2 })
    let store = bench.storeState()
    #expect(try await bench.reconcile(bad).outcome == .refused)
    #expect(bench.storeState() == store)

    #expect(try await bench.reconcile(W.document([W.root, W.card("lan")])).outcome == .asWanted)
    let after = try await bench.report().conditions
    #expect(after["Stalled"]?.status == .no && after["Ready"]?.isTrue == true)
    #expect(after["Ready"]?.observedGeneration == 3)
  }

  @Test func `held by a foreign job: Reconciling says JobInProgress until it is over`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let uuid = try await bench.uuid()
    bench.fake.setJob(JobState(kind: .unbounded, operation: .backup), of: uuid)
    let grown = W.document([W.root, W.card("lan")])
    #expect(try await bench.reconcile(grown).outcome == .conflict)
    let held = try await bench.kept()
    #expect(held["Reconciling"].map { [$0.status.rawValue, $0.reason] } == ["False", "JobInProgress"])
    #expect(held["Ready"]?.reason == "JobInProgress" && held["Ready"]?.observedGeneration == 2)
    #expect(held["Stalled"]?.status == .no)
    bench.fake.setJob(JobState(kind: .none), of: uuid)
    #expect(try await bench.reconcile(grown).outcome == .asWanted)
    #expect(try await bench.kept()["Reconciling"]?.reason == "Settled")
  }

  @Test func `suspended: Reconciling says so, what was found before stays, and resume ends it`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    try await bench.perform(VerbRequest(.suspend, domain: "web-1"))
    #expect(try await bench.report().conditions["Reconciling"]?.reason == "Suspended")
    try await bench.accept(W.document([W.root, W.card("lan")]))
    #expect(try await bench.reconcile(document).outcome == .conflict)
    let suspended = try await bench.kept()
    #expect(suspended["Reconciling"].map { [$0.status.rawValue, $0.reason] } == ["False", "Suspended"])
    #expect(suspended["Ready"]?.reason == "Pending" && suspended["Ready"]?.observedGeneration == 1)
    try await bench.perform(VerbRequest(.resume, domain: "web-1"))
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan")])).outcome == .asWanted)
    #expect(try await bench.kept()["Reconciling"]?.reason == "Settled")
  }

  @Test func `a call that libvirt refuses is Stalled with the problem's code, and clears when it works`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let grown = W.document([W.root, W.card("lan")])
    bench.fake.failNext(
      .attach,
      LibvirtError(
        code: .internalError, domain: .qemu, message: "there is no such thing", function: "virDomainAttachDeviceFlags"))
    #expect(try await bench.reconcile(grown).outcome == .error)
    let stalled = try await bench.kept()
    #expect(stalled["Stalled"]?.reason == "Libvirt")
    #expect(stalled["Stalled"]?.message.contains("there is no such thing") == true)
    #expect(stalled["Ready"]?.reason == "Failed" && stalled["Ready"]?.observedGeneration == 2)
    #expect(stalled["Reconciling"]?.reason == "Stalled")
    #expect(try await bench.reconcile(grown).outcome == .asWanted)
    #expect(try await bench.kept().filter(\.isTrue).map(\.type) == ["Ready", "ABIStable"])
  }

  @Test func `hardware that nobody accepted stops reconciling, and says so under each condition it concerns`()
    async throws
  {
    let bench = try Workbench()
    let document = W.document([W.root], power: "unmanaged")
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    bench.fake.rewrite(try await bench.uuid(), side: .persistent) { text in
      XMLText(text.shown.replacing("<serial>root</serial>", with: "<serial>other</serial>"))
    }
    #expect(try await bench.reconcile(document).outcome == .abiDiffers)
    let changed = try await bench.kept()
    #expect(changed["ABIStable"]?.status == .no)
    for type in ["Ready", "Reconciling"] { #expect(changed[type]?.status == .no, "\(type)") }
    #expect(changed["Stalled"]?.reasons.map(\.reason) == ["HardwareChanged"])
    try await bench.perform(VerbRequest(.accept, domain: "web-1"))
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    #expect(try await bench.kept().filter(\.isTrue).map(\.type) == ["Ready", "ABIStable"])
  }

  @Test func `Gone comes when libvirt does not have it any more, and goes when it is restored (I11)`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root], power: "stopped")
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    bench.fake.undefineForeign(try await bench.uuid())
    let seen = try await bench.report().conditions
    #expect(seen["Gone"]?.isTrue == true && seen["Ready"]?.reason == "Gone")
    #expect(try await bench.reconcile(document).outcome == .conflict)
    let gone = try await bench.kept()
    #expect(gone["Gone"]?.reason == "Undefined" && gone["Gone"]?.since != nil)
    #expect(gone["Reconciling"]?.reason == "Gone" && gone["Stalled"]?.status == .no)
    try await bench.perform(VerbRequest(.restore, domain: "web-1"))
    #expect(try await bench.report().conditions["Gone"]?.isTrue == false)
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    #expect(try await bench.kept()["Gone"]?.status == .no)
  }

  @Test func `GuestShutdown: a guest that shut itself down stays down, and that is said until it runs (R13)`()
    async throws
  {
    let bench = try Workbench()
    let document = W.document([W.root])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    bench.fake.stop(try await bench.uuid(), .shutdown)
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    #expect(try await bench.kept()["GuestShutdown"]?.isTrue == true)
    try await bench.perform(VerbRequest(.start, domain: "web-1"))
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    #expect(try await bench.kept()["GuestShutdown"] == nil)
  }

  @Test func `a domain that nobody manages has none`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    try await bench.perform(VerbRequest(.forget, domain: "web-1"))
    #expect(try await bench.report().conditions.isEmpty)
  }
}

extension [DomainCondition] {
  fileprivate subscript(_ type: String) -> DomainCondition? { first { $0.type == type } }
}

extension Workbench {
  /// The conditions as the store alone tells them: what a daemon lists without asking libvirt.
  fileprivate func kept(_ name: String = "web-1") async throws -> [DomainCondition] {
    let reading = try #require(try RecordStore.openForReading(store.location))
    let row = try #require(try await reading.domains(named: name).first)
    return ConditionMaker.conditions(of: try #require(try await reading.file(of: row.key)))
  }

  /// Takes a document in and does nothing about it, as a daemon does before its first pass.
  fileprivate func accept(_ document: String, name: String = "web-1") async throws {
    let writing = try await store.writing()
    let row = try #require(try await writing.domains(named: name).first)
    let parsed = try #require(try IntentParser.parse([.init(name: "api:test", bytes: Array(document.utf8))]).first)
    _ = try await writing.accept(
      IncomingIntent(
        text: parsed.text, canonicalDigest: parsed.canonicalDigest, receivedAt: now, source: parsed.source), for: row)
    try writing.close()
  }
}
