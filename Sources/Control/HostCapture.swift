package import Vocabulary

/// What a host offers to guests, as its libvirt says it: what `vmctl abi capture` writes, for `vmctl abi check` on
/// another host or another day.
package struct HostCapture: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = HostCapture.name
  package let uri: String
  package let hostname: String
  package let host: HostUUID
  package let libvirt: Version
  package let hypervisor: Version
  /// Milliseconds since 1970.
  package let capturedAt: Int64
  /// libvirt's own documents, byte for byte: a later vmctl reads more out of them.
  package let capabilities: String
  package var domainCapabilities: [String] = []
  /// What the host lacks for the CPU models that it cannot give in full, and what `host-model` is in full.
  package var processors: [Processors] = []
  /// Sizes of firmware and ROM files by name, by folder; absent where the host's files could not be looked at.
  package var folders: [String: [String: UInt64]]?

  package static let name = "HostCapture"

  package struct Processors: Sendable, Codable, Hashable {
    package let architecture: String
    package let virtType: String
    package var blockers: [String: [String]] = [:]
    package var features: [String]?

    package init(architecture: String, virtType: String) {
      self.architecture = architecture
      self.virtType = virtType
    }
  }

  package init(
    uri: String, hostname: String, host: HostUUID, libvirt: Version, hypervisor: Version, capturedAt: Int64,
    capabilities: String
  ) {
    self.uri = uri
    self.hostname = hostname
    self.host = host
    self.libvirt = libvirt
    self.hypervisor = hypervisor
    self.capturedAt = capturedAt
    self.capabilities = capabilities
  }
}

/// Which host is meant: one that is described, or one that is asked.
package enum HostSource: Sendable, Codable, Hashable {
  /// A capture, or one of libvirt's own documents; with the name of the file that it is from.
  case text(name: String, bytes: [UInt8])
  /// A libvirt URI.
  case uri(String)
}

/// Which guests are checked against which host.
package struct HostCheckRequest: Sendable, Codable, Hashable {
  /// Names or UUIDs; none: all of the host.
  package var domains: [String]
  /// As the store has them, and libvirt is not asked.
  package var isStored: Bool
  /// Several descriptions of one host are taken together.
  package var host: [HostSource]
  /// The host that the guests are from; empty: the one that is connected to.
  package var from: [HostSource]

  package init(domains: [String] = [], isStored: Bool = false, host: [HostSource], from: [HostSource] = []) {
    self.domains = domains
    self.isStored = isStored
    self.host = host
    self.from = from
  }
}
