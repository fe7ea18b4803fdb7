import Libvirt
import Store
import Vocabulary

/// Who answers: asked when it is needed, and once. Capabilities are the dearest thing that a looking command could ask
/// for, and a plan of a domain that store and libvirt both know needs none of it.
actor HostInquiry {
  private let connecting: Connecting
  private var known: HostDescription?

  init(_ connecting: Connecting, known: HostDescription? = nil) {
    self.connecting = connecting
    self.known = known
  }

  func description() async throws(Problem) -> HostDescription {
    if let known { return known }
    let hypervisor = try await connecting.hypervisor()
    let found = try await asking("asking libvirt who it is") { () throws(LibvirtError) in
      try await hypervisor.host()
    }
    known = found
    return found
  }

  /// The versions that answer, or those that answered when the domain was recorded last.
  func versions(_ file: DomainFile?) async throws(Problem) -> (libvirt: Version, hypervisor: Version) {
    if known == nil, let head = file?.heads.live ?? file?.heads.persistent {
      return (head.libvirtVersion, head.hypervisorVersion)
    }
    let host = try await description()
    return (host.libvirtVersion, host.hypervisorVersion)
  }
}
