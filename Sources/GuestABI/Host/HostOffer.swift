package import DomainXML
package import Vocabulary

/// What a host offers to guests, as far as its libvirt and its files say. What nobody said is `nil` or absent, and a
/// check that needs it says that it cannot tell.
package struct HostOffer: Sendable {
  package var libvirt: Version?
  package var hypervisor: Version?
  /// Emulators by architecture; `nil`: not told.
  package var emulators: [String: Set<String>]?
  /// Machine types by architecture and by virtualisation type (`kvm`, `qemu`).
  package var machines: [Platform: [String: MachineType]] = [:]
  /// What domain capabilities told, one of them for each machine type that was asked for.
  package var machineOffers: [MachineOffer] = []
  /// CPU models where no domain capabilities tell them.
  package var models: [Platform: [String: CPUOffer.Model]] = [:]
  package var files = HostFileList()

  package init() {}

  package struct Platform: Sendable, Hashable {
    package let architecture: String
    package let virtType: String

    package init(architecture: String, virtType: String) {
      self.architecture = architecture
      self.virtType = virtType
    }
  }

  /// What is known of a machine type, or of the one that is nearest to it: another version of its family, any of its
  /// platform. What emulators offer beside the machine is the same for all of a platform.
  package func machineOffer(_ machine: String, on platform: Platform) -> MachineOffer? {
    let same = machineOffers.filter { $0.platform == platform }
    let family = HostOffer.family(machine)
    return same.first { $0.machine == machine } ?? same.first { HostOffer.family($0.machine) == family } ?? same.first
  }

  /// `pc-q35-7.2` is of `pc-q35`.
  package static func family(_ machine: String) -> Substring {
    guard let end = machine.lastIndex(of: "-"), machine[machine.index(after: end)...].first?.isNumber == true else {
      switch machine {
      case "q35": return "pc-q35"
      case "pc": return "pc-i440fx"
      default: return machine[...]
      }
    }
    return machine[..<end]
  }
}

/// What libvirt's domain capabilities say of one machine type.
package struct MachineOffer: Sendable {
  package let machine: String
  package let platform: HostOffer.Platform
  package var emulator: String?
  package var cpu: CPUOffer
  /// Values that a device's element may have, by `video/modelType`. An empty set: the host has none of it.
  package var enumerations: [String: Set<String>] = [:]
  /// `bios`, `efi`; `nil`: not told.
  package var firmware: Set<String>?
  /// Paths of firmware that this host's descriptors name and its disk has.
  package var loaders: Set<String> = []
}

/// CPUs that a host can give to guests of one platform.
package struct CPUOffer: Sendable {
  package struct Model: Sendable, Hashable {
    package enum Usable: String, Sendable { case yes, no, unknown }

    package let usable: Usable
    package var isDeprecated = false
    /// What the host lacks for it; `nil`: not told.
    package var blockers: Set<String>?
  }

  /// `custom`, `host-model`, `host-passthrough`, `maximum`, where supported; `nil`: not told.
  package var modes: Set<String>?
  package var models: [String: Model] = [:]
  /// What `host-model` stands for.
  package var hostModel: HostModel?
  /// Every feature of `host-model`, its model's own too; `nil`: not told.
  package var features: Set<String>?

  /// What the host certainly does not have: what keeps some model from it.
  package var lacking: Set<String> { models.values.reduce(into: []) { $0.formUnion($1.blockers ?? []) } }
}
