import Control
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// F12: without a journal there is no call.
@Suite(.enabled("needs root and a tmpfs of its own") { SmallDisk.isPossible })
struct FullDiskTests {
  typealias W = Workbench

  @Test func `on a full disk looking goes on and no mutating call is made`() async throws {
    let disk = try SmallDisk(kibibytes: 2_048)
    let bench = try Workbench(store: TemporaryStore(in: disk.folder))
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    disk.fill()
    bench.forgetCalls()
    let wanted = W.document([W.root, W.rng("entropy")])
    var problem: Problem?
    do {
      problem = try await bench.reconcile(wanted).problems.first
    } catch {
      problem = error as? Problem
    }
    #expect(problem?.message.contains("no space left") == true)
    #expect(problem?.remedy?.contains("make room") == true)
    for verb in [VerbRequest.Verb.delete, .forget, .stop, .protect] {
      await #expect(throws: Problem.self) { try await bench.perform(VerbRequest(verb, domain: "web-1", force: true)) }
    }
    #expect(bench.mutatingCalls == 0)
    #expect(try await bench.report().state == "running")
    #expect(try await bench.plan(wanted).summary.add == 1)
    #expect(try await bench.control.history(of: "web-1", limit: 10).count == 1)
    #expect(
      try await bench.control.examination().findings.contains { $0.check == "disk" && $0.severity == .problem })

    disk.free()
    #expect(try await bench.reconcile(wanted).outcome == .asWanted)
  }

  /// Verbs whose first call comes before their first write: room for the lock's name is not room for what follows.
  @Test(arguments: [VerbRequest.Verb.delete, .forget])
  func `where there is hardly any room no verb is begun`(_ verb: VerbRequest.Verb) async throws {
    let disk = try SmallDisk(kibibytes: 2_048)
    let bench = try Workbench(store: TemporaryStore(in: disk.folder))
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    disk.fill(leaving: 12)
    bench.forgetCalls()
    let error = await #expect(throws: Problem.self) {
      try await bench.perform(VerbRequest(verb, domain: "web-1", force: true))
    }
    #expect(error?.message.contains("no space left") == true)
    #expect(bench.mutatingCalls == 0)
  }

  /// I6: the call was made, its settlement has no room. Nothing is done twice.
  @Test func `a disk that fills up under a call is told, and the next run finds out by reading`() async throws {
    let disk = try SmallDisk(kibibytes: 2_048)
    let bench = try Workbench(store: TemporaryStore(in: disk.folder))
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    bench.forgetCalls()
    bench.fake.duringNext(.attach) { disk.fill() }
    let wanted = W.document([W.root, W.rng("entropy")])
    let report = try await bench.reconcile(wanted)
    #expect(report.outcome == .error)
    #expect(report.problems.contains { $0.message.contains("what came of a call that was made is not recorded") })
    #expect(report.problems.contains { $0.remedy?.contains("finds out by reading") == true })
    #expect(bench.fake.calls.filter { $0.kind == .attach }.count == 1)

    disk.free()
    #expect(try await bench.reconcile(wanted).outcome == .asWanted)
    #expect(bench.fake.calls.filter { $0.kind == .attach && $0.side == .live }.count == 1)
    let history = try await bench.control.history(of: "web-1", limit: 10)
    #expect(history.allSatisfy { $0.steps.allSatisfy { $0.state == "done" } })
  }
}
