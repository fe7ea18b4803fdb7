import Control
import DomainXML
import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

extension Live {
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(5))) struct Reboots {
    @Test func `T27: a reboot of the guest's own applies what waits for the next boot`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ card: String) -> String {
          domain.document([root, domain.card("lan", extra: card)], boots: false, settings: "applyAt: guestReboot")
        }
        #expect(try await domain.reconcile(document("")).outcome == .asWanted)
        let armed = try await domain.reconcile(document(", mtu: 9000"))
        #expect(armed.outcome == .nextBoot, "\(armed.problems)")
        #expect(try await domain.xml(.live).shown.contains("<on_reboot>destroy"))
        #expect(try await domain.xml(.persistent).shown.contains("<on_reboot>restart"))
        try domain.virsh("reset", domain.name)
        let deadline = ContinuousClock.now + .seconds(20)
        while try await domain.observe().state.isActive, ContinuousClock.now < deadline {
          try await Task.sleep(for: .milliseconds(100))
        }
        #expect(try await !domain.observe().state.isActive, "the reset did not stop it")
        let applied = try await domain.reconcile(document(", mtu: 9000"))
        #expect(applied.outcome == .asWanted, "\(applied.problems) \(applied.nextBoot)")
        #expect(try await domain.xml(.live).shown.contains("<mtu size='9000'/>"))
        #expect(try await domain.xml(.live).shown.contains("<on_reboot>restart"))
        domain.forgetCalls()
        #expect(try await domain.reconcile(document(", mtu: 9000")).outcome == .asWanted)
        #expect(domain.mutatingCalls == 0)
      }
    }
  }
}
