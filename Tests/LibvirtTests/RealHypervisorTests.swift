import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

/// The contract on a real libvirt: `Scripts/test-host run -- swift test` gives one.
@Suite(.serialized, .enabled("needs a libvirtd: Scripts/test-host run -- …") { TestHost.current != nil })
struct RealHypervisorTests {
  @Test(.timeLimit(.minutes(2)), arguments: ContractSubject.Machine.allCases, HypervisorContract.behaviours)
  func contract(machine: ContractSubject.Machine, behaviour: HypervisorContract.Behaviour) async throws {
    let host = try #require(TestHost.current)
    let connection = try await Connection.open(uri: host.uri, readOnly: false)
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await behaviour.run(on: host.subject(connection, machine)))
    } catch { outcome = .failure(error) }
    await connection.close()
    try outcome.get()
  }
}

/// CI must not pass by skipping.
@Test(.enabled(if: ProcessInfo.processInfo.environment["CI"] != nil))
func `CI has a hypervisor to test on`() {
  #expect(TestHost.current != nil, "CI is set and VMCTL_TEST_URI is not: run the tests through Scripts/test-host run")
}
