import Control
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// Design section 8, as far as one reconcile goes: an unplug is over when a read shows it.
@Suite struct UnplugTests {
  typealias W = Workbench

  @Test func `a silent guest: the command waits and ends with 11, and the definition keeps the device`() async throws {
    let bench = try Workbench(guest: .silent)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
    let report = try await bench.reconcile(W.document([W.root]), timeout: 20_000)
    #expect(report.outcome.exitCode == 11)
    #expect(report.waiting.map(\.device) == ["entropy"])
    let devices = try await bench.report().devices
    #expect(devices.first { $0.id == "entropy" }?.sides == ["live", "persistent"])
    #expect(try await bench.report().conditions.contains { $0.type == "UnplugPending" && $0.isTrue })
  }

  @Test func `released later, one reconcile finishes the definition and keeps the slot for the id`() async throws {
    let bench = try Workbench(guest: .silent)
    let with = W.document([W.root, W.rng("entropy")])
    #expect(try await bench.reconcile(with).outcome == .asWanted)
    let slot = try await bench.report().devices.first { $0.id == "entropy" }?.slot
    #expect(try await bench.reconcile(W.document([W.root]), timeout: 6_000).outcome == .waiting)
    let uuid = try await bench.uuid()
    bench.fake.release("ua-entropy", of: uuid)
    bench.forgetCalls()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    #expect(bench.fake.calls.filter { $0.kind == .detach }.map(\.side) == [.persistent])
    #expect(!(try await bench.report().devices.contains { $0.id == "entropy" }))

    #expect(try await bench.reconcile(W.document([W.root, W.rng("other")])).outcome == .asWanted)
    #expect(try await bench.report().devices.first { $0.id == "other" }?.slot != slot)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("other"), W.rng("entropy")])).outcome == .asWanted)
    #expect(try await bench.report().devices.first { $0.id == "entropy" }?.slot == slot)
  }

  /// Design section 8: 30 s, doubling to 10 min. Each command counts, however many there are.
  @Test(arguments: [Int64(3_600_000), 60_000, 5_000])
  func `a guest that never lets go is asked at most 12 times in its first hour`(_ timeout: Int64) async throws {
    let bench = try Workbench(guest: .silent)
    let patient = W.rng("entropy").replacing("id: entropy,", with: "id: entropy, unplug: {deadline: 3h},")
    #expect(try await bench.reconcile(W.document([W.root, patient])).outcome == .asWanted)
    bench.forgetCalls()
    for _ in 0..<(3_600_000 / timeout) {
      let report = try await bench.reconcile(W.document([W.root]), timeout: timeout)
      #expect(report.outcome.exitCode == 11)
    }
    let requests = bench.fake.calls.count { $0.kind == .detach && $0.side == .live }
    #expect((2...12).contains(requests), "\(requests) requests")
    let waiting = try #require(try await bench.report().waiting.first)
    #expect(waiting.device == "entropy" && waiting.endedBy.contains("reset"), "\(waiting)")
    #expect(waiting.since == 1_700_000_000_000, "since the first request: \(waiting.since)")

    bench.fake.reset(try await bench.uuid())
    let over = try await bench.reconcile(W.document([W.root]))
    #expect(over.outcome == .asWanted, "\(over)")
    #expect(try await bench.report().waiting.isEmpty)
    #expect(bench.fake.calls.count { $0.kind == .detach && $0.side == .live } == requests)
  }

  @Test func `wanted again while it is armed: nothing is done, and the reset brings it back at its slot`() async throws
  {
    let bench = try Workbench(guest: .silent)
    let with = W.document([W.root, W.rng("entropy")])
    #expect(try await bench.reconcile(with).outcome == .asWanted)
    let slot = try await bench.report().devices.first { $0.id == "entropy" }?.slot
    #expect(try await bench.reconcile(W.document([W.root]), timeout: 6_000).outcome == .waiting)
    bench.forgetCalls()
    let again = try await bench.reconcile(with)
    #expect(again.outcome == .asWanted)
    #expect(again.waiting.map(\.isWantedAgain) == [true])
    #expect(bench.fake.calls.allSatisfy { ![.attach, .detach].contains($0.kind) })

    bench.fake.reset(try await bench.uuid())
    #expect(try await bench.reconcile(with).outcome == .asWanted)
    let back = try await bench.report().devices.first { $0.id == "entropy" }
    #expect(back?.slot == slot)
    #expect(back?.sides == ["live", "persistent"])
    #expect(try await bench.report().waiting.isEmpty)
  }

  @Test func `a guest that refuses is said to have refused`() async throws {
    let bench = try Workbench(guest: .refuses)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
    let report = try await bench.reconcile(W.document([W.root]))
    #expect(report.outcome != .asWanted)
    #expect(try await bench.report().devices.contains { $0.id == "entropy" })
  }

  @Test func `a domain that stops lets go of everything`() async throws {
    let bench = try Workbench(guest: .silent)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
    #expect(try await bench.reconcile(W.document([W.root]), timeout: 6_000).outcome == .waiting)
    bench.fake.stop(try await bench.uuid(), .shutdown)
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    #expect(!(try await bench.report().devices.contains { $0.id == "entropy" }))
    #expect(try await bench.report().waiting.isEmpty)
  }

  @Test func `I10: a domain that was to be ended and still runs is not called stopped`() async throws {
    let bench = try Workbench(guest: .silent)
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let held = LibvirtError(
      code: .operationTimeout, domain: .qemu, message: "Timed out during operation: cannot acquire state change lock",
      function: "virDomainDestroy")
    bench.fake.failNext(.destroy, held)
    let report = try await bench.perform(VerbRequest(.stop, domain: "web-1", timeout: 1_000, force: true))
    #expect(report.outcome == .error)
    #expect(report.problems.map(\.code.rawValue) == ["not-applied"])
    #expect(try await bench.report().state == "running")
  }
}
