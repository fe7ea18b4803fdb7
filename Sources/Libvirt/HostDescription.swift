package import Vocabulary

/// The daemon that answers on a connection, and its host.
package struct HostDescription: Sendable, Hashable {
  /// The URI that the connection settled on, which with no URI given is libvirt's own choice.
  package let uri: String
  package let hostname: String
  /// From `<host><uuid>` of the capabilities: half of the store's key of a domain.
  package let uuid: HostUUID
  /// Of the daemon, not of the client library in this process.
  package let libvirtVersion: Version
  package let hypervisorVersion: Version

  package init(
    uri: String, hostname: String, uuid: HostUUID, libvirtVersion: Version, hypervisorVersion: Version
  ) {
    self.uri = uri
    self.hostname = hostname
    self.uuid = uuid
    self.libvirtVersion = libvirtVersion
    self.hypervisorVersion = hypervisorVersion
  }
}

/// What domain capabilities are asked for; `nil` is libvirt's default.
package struct DomainCapabilitiesQuery: Sendable, Hashable {
  package var emulator: String?
  package var architecture: String?
  package var machine: String?
  /// `qemu` or `kvm`.
  package var virtType: String?

  package init(
    emulator: String? = nil, architecture: String? = nil, machine: String? = nil, virtType: String? = nil
  ) {
    self.emulator = emulator
    self.architecture = architecture
    self.machine = machine
    self.virtType = virtType
  }
}

package struct NetworkSummary: Sendable, Hashable {
  package let name: String
  package let isActive: Bool

  package init(name: String, isActive: Bool) {
    self.name = name
    self.isActive = isActive
  }
}
