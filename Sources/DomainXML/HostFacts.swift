package import Vocabulary

/// What a plan needs to know of the host, gathered beforehand: planning itself asks nobody. Also what a file says of
/// a host (`plan --offline --host FILE`).
package struct HostFacts: Sendable, Hashable, Codable {
  package var hostUUID: HostUUID?
  package var libvirt: Version?
  package var hypervisor: Version?
  /// `x86_64`
  package var architecture: String
  package var emulator: String?
  /// `kvm` where the host offers it, then `qemu`.
  package var virtTypes: [String]
  package var machines: [MachineType]
  package var firmware: [FirmwareImage]
  /// The CPU that `host-model` stands for on this host, as libvirt's `<mode name='host-model'>`.
  package var hostModel: HostModel?
  /// What is known of files that the intent names; a path that is not here was not looked at.
  package var files: [String: FileFact]
  /// Networks of libvirt and whether each is active; `nil`: not asked.
  package var networks: [String: Bool]?
  /// Whether the domain starts with the host; `nil`: not asked.
  package var autostart: Bool?

  package init(architecture: String = "x86_64") {
    self.architecture = architecture
    virtTypes = []
    machines = []
    firmware = []
    files = [:]
  }

  /// The versioned name of a machine type; the name itself where it is one.
  package func resolve(machine name: String) -> MachineType? {
    guard let found = machines.first(where: { $0.name == name }) else { return nil }
    guard let canonical = found.canonical else { return found }
    return machines.first { $0.name == canonical } ?? MachineType(name: canonical)
  }
}

package struct MachineType: Sendable, Hashable, Codable {
  package let name: String
  /// The versioned name that this alias stands for today.
  package var canonical: String?
  package var deprecated: Bool
  package var maximumCPUs: UInt64?

  package init(name: String, canonical: String? = nil, deprecated: Bool = false, maximumCPUs: UInt64? = nil) {
    self.name = name
    self.canonical = canonical
    self.deprecated = deprecated
    self.maximumCPUs = maximumCPUs
  }
}

package struct HostModel: Sendable, Hashable, Codable {
  package struct Feature: Sendable, Hashable, Codable {
    package let name: String
    package let policy: String

    package init(name: String, policy: String) {
      self.name = name
      self.policy = policy
    }
  }

  package let model: String
  package let vendor: String?
  package let features: [Feature]

  package init(model: String, vendor: String?, features: [Feature]) {
    self.model = model
    self.vendor = vendor
    self.features = features
  }
}

/// A firmware build and the template of its variables, as QEMU's firmware descriptors state them.
package struct FirmwareImage: Sendable, Hashable, Codable {
  package let loader: String
  package let template: String
  package let secureBoot: Bool
  /// Machine patterns as `pc-q35-*`.
  package let machines: [String]

  package init(loader: String, template: String, secureBoot: Bool, machines: [String]) {
    self.loader = loader
    self.template = template
    self.secureBoot = secureBoot
    self.machines = machines
  }

  package func serves(machine: String) -> Bool {
    machines.contains { pattern in
      pattern.hasSuffix("*") ? machine.hasPrefix(pattern.dropLast()) : machine == pattern
    }
  }
}

package struct FileFact: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Codable { case missing, file, block, other, unknown }

  package let kind: Kind
  package let size: UInt64?
  /// Whether the hypervisor's user can read it; `nil`: not known.
  package let readable: Bool?

  package init(kind: Kind, size: UInt64? = nil, readable: Bool? = nil) {
    self.kind = kind
    self.size = size
    self.readable = readable
  }
}
