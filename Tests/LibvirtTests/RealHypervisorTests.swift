import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

/// What runs on a real libvirt: `Scripts/test-host run -- swift test` gives one.
@Suite(.serialized, .enabled("needs a libvirtd: Scripts/test-host run -- …") { PrivateHost.current != nil })
enum Real {}

extension Real {
  @Suite struct HypervisorTests {
    @Test(.timeLimit(.minutes(2)), arguments: ContractSubject.Machine.allCases, HypervisorContract.behaviours)
    func contract(machine: ContractSubject.Machine, behaviour: HypervisorContract.Behaviour) async throws {
      let host = try #require(PrivateHost.current)
      let connection = try await Connection.open(uri: host.uri, readOnly: false)
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(try await behaviour.run(on: host.subject(connection, machine)))
      } catch { outcome = .failure(error) }
      await connection.close()
      try outcome.get()
    }
  }

  @Suite struct LostDaemonTests {
    @Test(.timeLimit(.minutes(1))) func `a daemon that dies is told, and every call says so`() async throws {
      try await PrivateHost.with { host in
        let watching = try await Connection.open(uri: host.uri, readOnly: true)
        let calling = try await Connection.open(uri: host.uri, readOnly: false)
        let stream = try await watching.events()
        try host.killDaemon()
        #expect(await stream.reduce(into: []) { $0.append($1) } == [.closed(.endOfFile)])
        for connection in [watching, calling] {
          let error = await #expect(throws: LibvirtError.self) { _ = try await connection.domains() }
          #expect(error?.meansConnectionLost == true, "\(error as Any)")
          await #expect(throws: LibvirtError.self) { _ = try await connection.events() }
          await connection.close()
        }
        let again = try await Connection.open(uri: host.uri, readOnly: false)
        #expect(try await again.host().uri == host.uri)
        await again.close()
      }
    }
  }
}

/// CI must not pass by skipping.
@Test(.enabled(if: ProcessInfo.processInfo.environment["CI"] != nil))
func `CI has a hypervisor to test on`() {
  #expect(
    PrivateHost.current != nil, "CI is set and VMCTL_TEST_URI is not: run the tests through Scripts/test-host run")
}
