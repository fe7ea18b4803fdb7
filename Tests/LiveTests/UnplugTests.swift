import Control
import DomainXML
import Libvirt
import Testing
import Vocabulary

extension Live {
  /// Unplug with a guest that lets go, and with one that never answers (I10, design section 8).
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Unplug {
    @Test(arguments: ["pc", "q35"])
    func `I2: a removed device leaves both sides, and its slot waits for its return`(_ machine: String) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let a = try domain.disk("a", target: "vdb")
        let b = try domain.disk("b", target: "vdc")
        #expect(try await domain.reconcile(domain.document([root, a])).outcome == .asWanted)
        _ = try await domain.guest { $0.disks["a"] != nil }
        let slot = try await domain.report().devices.first { $0.id == "a" }?.slot

        let removed = try await domain.reconcile(domain.document([root]))
        #expect(removed.outcome == .asWanted, "\(removed.problems)")
        _ = try await domain.guest { $0.disks["a"] == nil }
        #expect(!(try await domain.report().devices.contains { $0.id == "a" }))

        #expect(try await domain.reconcile(domain.document([root, b])).outcome == .asWanted)
        #expect(try await domain.report().devices.first { $0.id == "b" }?.slot != slot)
        #expect(try await domain.reconcile(domain.document([root, b, a])).outcome == .asWanted)
        #expect(try await domain.report().devices.first { $0.id == "a" }?.slot == slot)
      }
    }

    @Test func `a guest that does not answer: exit 11, the device stays held, and a stop ends it`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let a = try domain.disk("a", target: "vdb")
        #expect(try await domain.reconcile(domain.document([root, a], boots: false)).outcome == .asWanted)
        let slot = try await domain.report().devices.first { $0.id == "a" }?.slot

        let waiting = try await domain.reconcile(domain.document([root], boots: false), timeout: 7_000)
        #expect(waiting.outcome.exitCode == 11, "\(waiting)")
        #expect(waiting.waiting.map(\.device) == ["a"])
        let report = try await domain.report()
        #expect(report.waiting.map(\.device) == ["a"])
        #expect(report.waiting.first?.endedBy.contains("reset") == true)
        #expect(report.devices.first { $0.id == "a" }?.sides == ["live", "persistent"])
        #expect(report.devices.first { $0.id == "a" }?.slot == slot)

        // Asked again too early, libvirt gets no second request.
        domain.forgetCalls()
        #expect(try await domain.reconcile(domain.document([root], boots: false), timeout: 1_000).outcome == .waiting)
        #expect(domain.mutatingCalls == 0)

        // What is wanted again while it is armed stays; the domain is as wanted.
        let again = try await domain.plan(domain.document([root, a], boots: false))
        #expect(again.waiting.map(\.isWantedAgain) == [true])
        #expect(again.steps.allSatisfy { $0.target.metadata == true })

        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        let stopped = try await domain.reconcile(domain.document([root], power: "stopped", boots: false))
        #expect(stopped.outcome == .asWanted, "\(stopped)")
        #expect(try await domain.definition(.persistent).device(alias: "ua-a") == nil)
        #expect(try await domain.report().waiting.isEmpty)
        #expect(try await domain.reconcile(domain.document([root], boots: false)).outcome == .asWanted)
        #expect(try await domain.definition(.live).device(alias: "ua-a") == nil)
      }
    }
  }
}
