package import Vocabulary

/// Every domain of a host as it was at one moment, both sides: what `vmctl abi snapshot` writes.
package struct HostSnapshot: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = HostSnapshot.name
  package let hostname: String
  package let host: HostUUID
  package let libvirt: Version
  package let hypervisor: Version
  /// Milliseconds since 1970.
  package let takenAt: Int64
  /// What the host offered, for guests whose CPU is the host's; absent where it could not be asked.
  package var offer: HostCapture?
  package var domains: [Domain] = []

  package static let name = "HostSnapshot"

  package struct Domain: Sendable, Codable, Hashable {
    package let name: String
    package let uuid: DomainUUID
    package let state: String
    /// Of the projection that this vmctl makes: for a look; `verify` compares the documents.
    package var fingerprints: [String: String] = [:]
    /// As libvirt printed them.
    package let live: String?
    package let persistent: String?

    package init(name: String, uuid: DomainUUID, state: String, live: String?, persistent: String?) {
      self.name = name
      self.uuid = uuid
      self.state = state
      self.live = live
      self.persistent = persistent
    }
  }

  package init(hostname: String, host: HostUUID, libvirt: Version, hypervisor: Version, takenAt: Int64) {
    self.hostname = hostname
    self.host = host
    self.libvirt = libvirt
    self.hypervisor = hypervisor
    self.takenAt = takenAt
  }
}
