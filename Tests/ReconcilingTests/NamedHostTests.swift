import Control
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

/// A host that is named in a request says nothing of the one that vmctl works on.
@Suite struct NamedHostTests {
  @Test(arguments: [
    LibvirtError(code: .noConnection, domain: .none, message: "no connection driver", function: "virConnectOpen"),
    LibvirtError(code: .internalError, domain: .none, message: "Unable to parse URI", function: "virConnectOpen"),
  ])
  func `one that cannot be asked is the caller's to mend, and no error of the server`(_ error: LibvirtError)
    async throws
  {
    let (place, fake) = (try TemporaryStore(), FakeHypervisor(clock: ContinuousClock(), guest: .silent))
    let control = EmbeddedControl(uri: nil, location: place.location, command: "a test", time: .system) {
      (uri, _) async throws(LibvirtError) in
      if uri == "elsewhere" { throw error }
      return fake.reconnected()
    }
    let problem = await #expect(throws: Problem.self) {
      try await control.check(HostCheckRequest(host: [.uri("elsewhere")]))
    }
    #expect(problem?.code == "host-unreachable" && problem?.found == "elsewhere", "\(problem as Any)")
    #expect(problem?.code.httpStatus == 422)
  }
}
