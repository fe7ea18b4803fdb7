import Control
import TestSupport
import Testing
import Vocabulary

private typealias W = Workbench

/// I3: a guest's hardware changes by what a plan names, and by nothing else.
@Suite struct HardwareTests {
  private struct Change: CustomTestStringConvertible, Sendable {
    let what: String
    let from: String
    let to: String
    let path: String
    var testDescription: String { what }
  }

  private static let changes = [
    Change(what: "the machine", from: "machine='pc-q35-7.2'", to: "machine='pc-q35-7.1'", path: "os/type/@machine"),
    Change(what: "a kept device", from: "<serial>root</serial>", to: "<serial>other</serial>", path: "serial"),
    Change(what: "the firmware", from: "</type>", to: "</type><loader>/x.fd</loader>", path: "os/loader"),
  ]

  @Test(arguments: changes)
  private func `a foreign change to what stays stops the domain until it is accepted`(_ change: Change) async throws {
    let bench = try Workbench()
    let document = W.document([W.root], power: "unmanaged")
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let uuid = try await bench.uuid()
    bench.fake.rewrite(uuid, side: .persistent) { text in
      XMLText(text.shown.replacing(change.from, with: change.to))
    }
    bench.forgetCalls()

    let plan = try await bench.plan(document)
    #expect(plan.refused.map(\.code) == ["abi-changed"] && plan.outcome(detailed: false).exitCode == 14)
    let grown = W.document([W.root, W.card("lan")], power: "unmanaged")
    let report = try await bench.reconcile(grown)
    #expect(report.outcome.exitCode == 14 && report.steps.isEmpty)
    let problem = try #require(report.problems.first)
    #expect(problem.code == "abi-changed" && problem.message.contains(change.path))
    #expect(problem.remedy?.contains("vmctl abi accept web-1") == true)
    #expect(bench.mutatingCalls == 0)
    let condition = try await bench.report().conditions.first { $0.type == "ABIStable" }
    #expect(condition?.status == .no && condition?.message.contains(change.path) == true)
    // It is said again, and nothing is written for that.
    let store = bench.storeState()
    #expect(try await bench.reconcile(grown).outcome == .abiDiffers)
    #expect(bench.storeState() == store)

    let accepted = try await bench.perform(VerbRequest(.accept, domain: "web-1"))
    #expect(accepted.outcome == .asWanted && accepted.summary.contains(change.path))
    #expect(bench.mutatingCalls == 0)
    let stable = try await bench.report().conditions.first { $0.type == "ABIStable" }
    #expect(stable?.status == .yes && stable?.since != nil)
    #expect(try await bench.reconcile(grown).outcome == .asWanted)
  }

  @Test func `what somebody changed is not forgotten by a verb`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let uuid = try await bench.uuid()
    bench.fake.rewrite(uuid, side: .persistent) { text in
      XMLText(text.shown.replacing("<serial>root</serial>", with: "<serial>other</serial>"))
    }
    #expect(try await bench.perform(VerbRequest(.restart, domain: "web-1", force: true)).outcome == .asWanted)
    #expect(try await bench.reconcile(document).outcome == .abiDiffers)
  }

  @Test func `devices that come and go by a foreign hand are drift and stop nothing`() async throws {
    let bench = try Workbench()
    let document = W.document([W.root, W.card("lan")])
    #expect(try await bench.reconcile(document).outcome == .asWanted)
    let uuid = try await bench.uuid()
    #expect(
      bench.fake.attachForeign(
        XMLText("<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"), to: uuid, side: .live))
    bench.fake.detachForeign("ua-lan", from: uuid, side: .live)
    let report = try await bench.reconcile(document)
    #expect(report.outcome == .asWanted, "\(report)")
    #expect(try await bench.report().conditions.first { $0.type == "ABIStable" }?.status == .yes)
  }

  @Test func `what a step of ours changes needs no word from anybody`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, W.rng("a")])).outcome == .asWanted)
    #expect(try await bench.reconcile(W.document([W.root, W.card("lan")]), removals: ["a"]).outcome == .asWanted)
    #expect(try await bench.perform(VerbRequest(.restart, domain: "web-1", force: true)).outcome == .asWanted)
    let report = try await bench.reconcile(W.document([W.root, W.card("lan")]), removals: ["a"])
    #expect(report.outcome == .asWanted && report.steps.isEmpty)
    #expect(try await bench.perform(VerbRequest(.accept, domain: "web-1")).summary == "its hardware is as it was")
  }
}
