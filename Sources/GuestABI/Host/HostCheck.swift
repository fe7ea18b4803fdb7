package import DomainXML
import Vocabulary

/// What becomes of a guest when a host starts it: worked out from its definition and from what the hosts say of
/// themselves, and no guest is started.
package struct HostCheck: Sendable {
  /// In which shape the guest comes.
  package enum Form: String, Sendable, Hashable {
    /// Started from its definition.
    case boot
    /// Brought back from memory that another process of the hypervisor wrote: a managed save, a snapshot with memory.
    case memory
  }

  /// The host that the guest is from; where it is not known, nothing is said of what floats with the host.
  package let source: HostOffer?
  package let target: HostOffer

  package init(from source: HostOffer?, to target: HostOffer) {
    self.source = source
    self.target = target
  }

  /// What becomes of one guest. `hasVariables`: whether the file of its firmware variables is there; `nil`: not known.
  package func findings(
    _ definition: DomainDefinition, _ form: Form = .boot, hasVariables: Bool? = nil
  ) -> [HostFinding] {
    if let fault = unreadable(definition) { return [fault] }
    let guest = CheckedGuest(definition, form, hasVariables: hasVariables)
    let platform = guest.platform
    var findings = emulator(guest)
    // Nothing else is known of an architecture that the host does not emulate.
    if findings.contains(where: { $0.path == "os/type/@arch" }) { return findings }
    findings += machine(guest)
    let offer = target.machineOffer(resolved(guest.machine, on: platform, target) ?? guest.machine, on: platform)
    findings += processor(guest, offer)
    findings += firmware(guest, offer)
    findings += devices(guest, offer)
    findings += roms(guest)
    findings += commandLine(guest)
    findings += additions(guest)
    return findings
  }

  /// The worst of what was found.
  package static func verdict(_ findings: [HostFinding]) -> HostFinding.Consequence {
    findings.map(\.consequence).max() ?? .note
  }

  private func unreadable(_ definition: DomainDefinition) -> HostFinding? {
    guard definition.machine.isEmpty || definition.architecture.isEmpty || definition.type.isEmpty else { return nil }
    return HostFinding(
      .unknown, "os/type", wanted: definition.machine,
      why: "the document does not say on which machine type, architecture and kind of hypervisor the guest runs",
      remedy: "check what libvirt printed: `virsh dumpxml --inactive`")
  }

  // MARK: Emulator and machine type

  private func emulator(_ guest: CheckedGuest) -> [HostFinding] {
    guard let emulators = target.emulators else { return [] }
    guard let found = emulators[guest.platform.architecture] else {
      return [
        HostFinding(
          .willNotStart, "os/type/@arch", wanted: guest.platform.architecture,
          offered: emulators.keys.sorted().joined(separator: ", "), why: "the host emulates no such architecture",
          remedy: "install the emulator of that architecture")
      ]
    }
    guard let emulator = guest.definition.emulator, !found.contains(emulator) else { return [] }
    return [
      HostFinding(
        .willNotStart, "devices/emulator", wanted: emulator, offered: found.sorted().joined(separator: ", "),
        why: "the host has its emulator elsewhere", remedy: "make the path a link to it")
    ]
  }

  /// The versioned name of a machine type; `nil` where the host does not list it.
  func resolved(_ machine: String, on platform: HostOffer.Platform, _ host: HostOffer) -> String? {
    host.machines[platform]?[machine].map { $0.canonical ?? $0.name }
  }

  private func machine(_ guest: CheckedGuest) -> [HostFinding] {
    let (platform, name) = (guest.platform, guest.machine)
    let platforms = target.machines.keys.filter { $0.architecture == platform.architecture }
    if !platforms.isEmpty, !platforms.contains(platform) {
      return [
        HostFinding(
          .willNotStart, "@type", wanted: platform.virtType,
          offered: platforms.map(\.virtType).sorted().joined(separator: ", "),
          why: "the host has no such hypervisor", remedy: platform.virtType == "kvm" ? "see /dev/kvm there" : nil)
      ]
    }
    guard let types = target.machines[platform] else {
      if target.machineOffers.contains(where: { $0.platform == platform && $0.machine == name }) { return [] }
      return [
        HostFinding(
          .unknown, "os/type/@machine", wanted: name, why: "the description of the host lists no machine types",
          remedy: "describe it by `vmctl abi capture`")
      ]
    }
    guard let type = types[name] else {
      return [
        HostFinding(
          .willNotStart, "os/type/@machine", wanted: name, offered: HostCheck.nearest(name, types),
          why: "the host's QEMU does not have this machine type",
          remedy: "move the guest to a host that has it, or make a new domain: a newer machine type is another machine")
      ]
    }
    var findings: [HostFinding] = []
    if let canonical = type.canonical { findings += alias(guest, canonical) }
    let versioned = type.canonical.flatMap { types[$0] } ?? type
    if versioned.deprecated {
      findings.append(
        HostFinding(
          .deprecated, "os/type/@machine", wanted: versioned.name,
          why: "QEMU will remove this machine type "
            + (HostCheck.removal(of: versioned.name, after: target.hypervisor) ?? "in one of its next versions"),
          remedy: "plan a new domain of a newer machine type"))
    }
    if let limit = versioned.maximumCPUs, let count = guest.vcpus, count > limit {
      findings.append(
        HostFinding(
          .willNotStart, "vcpu", wanted: "\(count)", offered: "\(limit)",
          why: "the machine type takes no more CPUs there"))
    }
    return findings
  }

  /// A name that stands for another machine on each host.
  private func alias(_ guest: CheckedGuest, _ canonical: String) -> [HostFinding] {
    let before = source.flatMap { resolved(guest.machine, on: guest.platform, $0) }
    if before == canonical { return [] }
    return [
      HostFinding(
        .differs, "os/type/@machine", wanted: before ?? guest.machine, offered: canonical,
        why:
          "'\(guest.machine)' stands for the host's newest version of the machine: libvirt prints the versioned name, "
          + "so this document did not come from it",
        remedy: "write the versioned name")
    ]
  }

  /// Versions of the same family that are there.
  private static func nearest(_ name: String, _ types: [String: MachineType]) -> String? {
    let family = HostOffer.family(name)
    let same = types.keys.filter { HostOffer.family($0) == family && types[$0]?.canonical == nil }
    guard let first = same.min(by: { order($0).lexicographicallyPrecedes(order($1)) }),
      let last = same.max(by: { order($0).lexicographicallyPrecedes(order($1)) })
    else { return nil }
    return first == last ? first : "\(first) … \(last)"
  }

  private static func order(_ name: String) -> [Int] {
    name.split(separator: "-").last?.split(separator: ".").map { Int($0) ?? 0 } ?? []
  }

  /// QEMU removes a versioned machine type six major versions after its own (`MACHINE_VER_DELETION_MAJOR` in QEMU's
  /// `hw/boards.h`, since 9.1). `nil` where that has passed and the machine type is still there.
  private static func removal(of name: String, after hypervisor: Version?) -> String? {
    let version = order(name)
    guard version.count == 2, version[0] > 0 else { return nil }
    let removal = Version(UInt64(version[0] + 6), UInt64(version[1]))
    if let hypervisor, removal <= hypervisor { return nil }
    return "in \(version[0] + 6).\(version[1]), by its own rule"
  }
}

/// A guest's definition, and what is asked of it more than once.
struct CheckedGuest {
  let definition: DomainDefinition
  let form: HostCheck.Form
  let platform: HostOffer.Platform
  let machine: String
  let hasVariables: Bool?

  init(_ definition: DomainDefinition, _ form: HostCheck.Form, hasVariables: Bool?) {
    self.hasVariables = hasVariables
    self.definition = definition
    self.form = form
    platform = HostOffer.Platform(architecture: definition.architecture, virtType: definition.type)
    machine = definition.machine
  }

  var vcpus: UInt64? { definition.root.child("vcpu").flatMap { UInt64($0.trimmedText) } }
}
