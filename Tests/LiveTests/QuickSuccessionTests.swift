import Control
import DomainXML
import Libvirt
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// I2, F9: a device that goes and comes back, as fast as the guest lets it.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct QuickSuccession {
    @Test func `I2: removed and added back again and again, a disk has the same slot each time`() async throws {
      let rounds = FaultResults.isFull ? 100 : 20
      var violations = 0
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda")
        let data = try domain.disk("data", target: "vdb")
        let other = try domain.disk("other", target: "vdc")
        // Behind ports that nobody ever had: only a slot that is remembered is found again.
        let placed = try domain.disk("data", target: "vdb", extra: ", address: {type: pci, bus: 6, slot: 0}")
        func document(_ disks: [String]) -> String { domain.document(disks, rootPorts: 8) }
        #expect(try await domain.reconcile(document([root, placed, other])).outcome == .asWanted)
        _ = try await domain.guest { $0.disks["data"] != nil }
        let slot = try #require(try await domain.definition(.live).device(alias: "ua-data")?.slot)
        for round in 1...rounds {
          let removed = try await domain.reconcile(document([root, other]))
          let gone = try await slots(domain)
          let back = try await domain.reconcile(document([root, data, other]))
          let found = try await slots(domain)
          let holds =
            removed.outcome == .asWanted && back.outcome == .asWanted && gone == [nil, nil] && found == [slot, slot]
          #expect(holds, "round \(round): \(removed), \(gone), \(back), \(found)")
          if !holds { violations += 1 }
        }
        #expect(try await domain.report().waiting.isEmpty)
        _ = try await domain.guest { $0.disks["data"] != nil && $0.disks["other"] != nil }
      }
      FaultResults.note("guest", "a disk removed and added back at once", runs: rounds, violations: violations)
    }

    private func slots(_ domain: LiveDomain) async throws -> [Slot?] {
      let observation = try await domain.observe()
      return try Side.allCases.map { side in
        try observation.xml(side).flatMap { try DomainDefinition($0).device(alias: "ua-data")?.slot }
      }
    }
  }
}
