import Libvirt
import TestSupport
import Testing
import Vocabulary

/// The fake passes the contract that the real libvirt passes.
@Suite struct FakeHypervisorTests {
  @Test(arguments: ContractSubject.Machine.allCases, HypervisorContract.behaviours)
  func contract(machine: ContractSubject.Machine, behaviour: HypervisorContract.Behaviour) async throws {
    let clock = VirtualClock()
    let fake = FakeHypervisor(clock: clock, guest: .silent)
    let start = clock.now
    let subject = ContractSubject(
      hypervisor: fake, machine: machine, images: "/images", now: { start.duration(to: clock.now) },
      bootElements: "<kernel>/kernel</kernel>",
      boot: { domain, hypervisor in
        fake.setGuest(.acknowledges(after: .milliseconds(100)), of: domain.uuid)
        try await hypervisor.start(domain.uuid)
      })
    try await behaviour.run(on: subject)
  }
}
