import Control
import Foundation
import Libvirt
import Reconciling
import Store
import TestSupport
import Testing
import Vocabulary

/// F14: what a damaged row of one domain's does to that domain and to the others.
@Suite struct IntegrityTests {
  typealias W = Workbench

  /// Two domains as wanted, nothing open.
  private func two() async throws -> Workbench {
    let bench = try Workbench()
    let documents = ["web-1", "web-2"].map { W.document([W.root, W.rng("entropy")], name: $0) + "\n# mark \($0)\n" }
    for report in try await bench.reconcileAll(documents) { #expect(report.outcome == .asWanted) }
    bench.forgetCalls()
    return bench
  }

  private func all(_ bench: Workbench) async throws -> [OperationReport] {
    var reports: [OperationReport] = []
    for await event in try await bench.control.reconcile(ReconcileRequest(all: true)) {
      if let report = event.report { reports.append(report) }
    }
    return reports.sorted { $0.domain < $1.domain }
  }

  private func damage(_ bench: Workbench, _ sql: String) throws {
    #expect(try operate(on: bench.store.location.path, sql) > 0)
  }

  private static let first = "(SELECT domain FROM domains WHERE name = 'web-1')"

  @Test(arguments: [
    "UPDATE revisions SET recorded_at = 7 WHERE domain = \(first)",
    "UPDATE blobs SET bytes = zeroblob(length(bytes)) WHERE digest IN (SELECT digest FROM revisions)",
    "UPDATE ledger SET alias = 'x', slot = NULL WHERE domain = \(first)",
    "UPDATE applied SET kind = 'x' WHERE domain = \(first)",
    "UPDATE domains SET started_by_us = 1 - started_by_us WHERE name = 'web-1'",
    "UPDATE domains SET name = 'lost' WHERE name = 'web-1'",
    "INSERT INTO unplugs SELECT domain, 'device', 'x', 1, 'waiting', 'ua-x', NULL, 1, 2, 'keep', 1, NULL, NULL, NULL, "
      + "zeroblob(32) FROM domains WHERE name = 'web-1'",
    "INSERT INTO conditions SELECT domain, 'Gone', 1, 'x', 'x', 1, NULL, zeroblob(32) FROM domains WHERE "
      + "name = 'web-1'",
    "UPDATE steps SET state = 'started' WHERE number = 1 AND domain = \(first)",
  ])
  func `damage to what libvirt knows too is put right and noted, and hinders nothing`(_ sql: String) async throws {
    let bench = try await two()
    try damage(bench, sql)
    // Looking goes on, and says so where the row was read.
    #expect(try await bench.control.domains([]).map(\.name).sorted() == ["web-1", "web-2"])
    #expect(try await bench.control.storeCheck().outcome == .error)
    let reports = try await all(bench)
    #expect(reports.map(\.outcome) == [.asWanted, .asWanted])
    #expect(reports.map(\.domain) == ["web-1", "web-2"])
    #expect(reports.first?.notes.contains { $0.contains("it was put right") } == true)
    #expect(bench.mutatingCalls == 0)
    _ = try await bench.control.repairStore()
    #expect(try await bench.control.storeCheck().findings.filter { $0.check == "store-rows" } == [])
    // I9: the second finds nothing to write.
    let before = bench.storeState()
    #expect(try await all(bench).flatMap(\.notes).filter { $0.contains("put right") } == [])
    #expect(bench.storeState() == before)
    #expect(try await bench.report().devices.contains { $0.id == "entropy" })
  }

  @Test(arguments: [
    "UPDATE operations SET verb = 'x' WHERE domain = \(first)",
    "UPDATE steps SET reason = 'x' WHERE domain = \(first)",
    "UPDATE blobs SET bytes = x'00' WHERE digest IN (SELECT xml_digest FROM steps) AND digest NOT IN "
      + "(SELECT digest FROM revisions)",
  ])
  func `a damaged journal hinders no reconciling, and is set aside when asked`(_ sql: String) async throws {
    let bench = try await two()
    try damage(bench, sql)
    #expect(try await all(bench).map(\.outcome) == [.asWanted, .asWanted])
    #expect(bench.mutatingCalls == 0)
    let repair = try await bench.control.repairStore()
    #expect(repair.outcome == .asWanted)
    #expect(repair.findings.contains { $0.check == "store-repair" })
    #expect(try await bench.control.storeCheck().findings.filter { $0.check == "store-rows" } == [])
    _ = try await bench.control.history(of: "web-1", limit: 10)
  }

  /// The one thing that libvirt does not have. Never guessed: not from an older generation, not from the domain.
  @Test(arguments: [
    "UPDATE blobs SET bytes = CAST(replace(CAST(bytes AS TEXT), 'web-1', 'web-9') AS BLOB) WHERE digest IN (SELECT text_digest FROM intents WHERE "
      + "domain = \(first))",
    "UPDATE intents SET canonical_digest = zeroblob(32) WHERE domain = \(first)",
  ])
  func `a damaged document stops its domain, and no other, until it is given again`(_ sql: String) async throws {
    let bench = try await two()
    let uuid = try await bench.uuid()
    try damage(bench, sql)
    // Something is to do on both, so that a call not made is seen.
    for name in ["web-1", "web-2"] { bench.fake.stop(try await bench.uuid(name), .crashed) }
    bench.forgetCalls()
    let reports = try await all(bench)
    #expect(reports.map(\.problems).map { $0.map(\.code.rawValue) } == [["intent-damaged"], []])
    #expect(reports.first?.outcome == .error)
    #expect(reports.first?.problems.first?.remedy?.contains("vmctl reconcile -f") == true)
    #expect(bench.fake.calls.filter { $0.kind.isMutating && $0.domain == uuid } == [])
    #expect(try await bench.report("web-2").state == "running")
    await #expect(throws: Problem.self) {
      _ = try await bench.control.reconcile(ReconcileRequest(domains: ["web-1"]))
    }
    let plans = try await bench.control.plan(ReconcileRequest(all: true))
    #expect(
      plans.sorted { $0.domain.name < $1.domain.name }.map { $0.refused.map(\.code) } == [["intent-damaged"], []])
    let conditions = try await bench.report().conditions
    #expect(conditions.contains { $0.type == "StoreDamaged" && $0.reason == "DocumentDamaged" })
    #expect(try await bench.control.domains([]).count == 2)

    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
    #expect(try await bench.report().generation == 2)
    #expect(try await bench.control.storeCheck().findings.filter { $0.check == "store-rows" } == [])
    #expect(try await all(bench).map(\.outcome) == [.asWanted, .asWanted])
  }

  /// A domain that libvirt does not have any more is known by its record alone: an older one is not taken for it.
  @Test func `I11: a damaged record of a domain that is gone is not replaced by an older one`() async throws {
    let bench = try await two()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let uuid = try await bench.uuid()
    try await bench.fake.destroy(uuid)
    try await bench.fake.undefine(uuid, [])
    try damage(
      bench,
      "UPDATE revisions SET recorded_at = 7 WHERE domain = \(IntegrityTests.first) AND side = 'persistent' AND "
        + "revision = (SELECT max(revision) FROM revisions WHERE domain = \(IntegrityTests.first) AND "
        + "side = 'persistent')")
    bench.forgetCalls()
    #expect(try await bench.report().state == "gone")
    for _ in 0..<2 {
      let report = try await bench.perform(VerbRequest(.restore, domain: "web-1"))
      #expect(report.outcome == .error)
      #expect(report.problems.first?.message.contains("revisions") == true)
    }
    #expect(bench.fake.calls.filter { $0.kind == .create } == [])
  }

  /// The store was put back from a backup: the generation that was applied is the floor (R16).
  @Test func `no older document is applied without being given`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let file = bench.store.folder + "/backup.db"
    #expect(try await bench.control.backUpStore(to: file, overwriting: false).domains == 1)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).generation == 2)
    let restored = try await bench.control.restoreStore(from: file)
    #expect(restored.older.map(\.subject) == ["web-1"])
    #expect(restored.next.isEmpty == false)
    bench.forgetCalls()
    let error = await #expect(throws: Problem.self) {
      _ = try await bench.control.reconcile(ReconcileRequest(domains: ["web-1"]))
    }
    #expect(error?.code == "stale-generation")
    #expect(try await all(bench).map(\.outcome) == [.conflict])
    #expect(bench.mutatingCalls == 0)
    #expect(
      try await bench.control.examination().findings.contains {
        $0.check == "document-behind" && $0.subject == "web-1"
      })
    // Even the very document that the backup has gets a number of its own.
    let again = try await bench.reconcile(W.document([W.root]), removals: ["entropy"])
    #expect(again.outcome == .asWanted)
    #expect(again.generation == 3)
  }

  @Test func `a restore without libvirt says that it could not ask`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let file = bench.store.folder + "/backup.db"
    _ = try await bench.control.backUpStore(to: file, overwriting: false)
    let restored = try await bench.unreachable.restoreStore(from: file)
    #expect(restored.domains == 1)
    #expect(restored.older.contains { $0.check == "libvirt" && $0.severity == .note })
  }
}

extension Workbench {
  /// The same store, and a libvirt that does not answer.
  var unreachable: EmbeddedControl {
    EmbeddedControl(uri: "qemu:///system", location: store.location, command: "a test", time: .system) {
      (_, _) async throws(LibvirtError) in
      throw LibvirtError(
        code: .systemError, domain: .rpc, message: "Failed to connect socket: No such file or directory",
        function: "virConnectOpen")
    }
  }
}
