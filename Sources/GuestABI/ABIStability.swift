package import DomainXML
package import Vocabulary

/// What of a domain's hardware is otherwise than at an earlier look at the same side, and what that means (I3).
///
/// Devices that came or went as a whole, and settings, are drift: somebody changed what there is. A device that stayed,
/// the machine, the CPU or the firmware does not change by itself: then the guest's hardware is another. What libvirt
/// can change of a running device is a setting too.
package struct ABIStability: Sendable {
  /// Of kept devices, the machine, the CPU and the firmware.
  package private(set) var changes: [ABIFinding] = []
  /// Devices and settings that came, went or have another value.
  package private(set) var drift: [ABIFinding] = []
  /// What a newer libvirt prints of the domain by itself, in words.
  package private(set) var libvirtsDoing: [String] = []

  /// `named`: devices that a step was meant to change. `libvirt`: the versions that printed the two definitions.
  package init(
    _ before: DomainDefinition, _ after: DomainDefinition, named: [NamedDevice] = [],
    libvirt: (before: Version, now: Version)? = nil
  ) {
    guard before.document != after.document else { return }
    var reader = RuleReader(.findings, libvirt: libvirt?.now ?? ABIComparison.assumedLibvirt)
    reader.compare(before.root, after.root, DomainRules.groups, subject: "domain") { "" }
    for finding in reader.findings where finding.tier != .volatile {
      if ABIStability.isFirmwareChoice(finding, before, after, libvirt) {
        libvirtsDoing.append(
          "libvirt prints which firmware it chose: \(finding.path) \(finding.target ?? "no more")")
      } else if ABIStability.isDefaultBoot(finding, before, after) {
        libvirtsDoing.append("libvirt writes down what it boots from where nothing says so: \(finding.path)")
      } else if ABIStability.isSetting(finding.path) {
        drift.append(finding)
      } else {
        changes.append(finding)
      }
    }
    var kinds: [DeviceKind] = []
    for device in before.devices + after.devices where !device.kind.abi.isEmpty && !kinds.contains(device.kind) {
      kinds.append(device.kind)
    }
    for kind in kinds { compare(kind, before, after, named, libvirt) }
  }

  private mutating func compare(
    _ kind: DeviceKind, _ before: DomainDefinition, _ after: DomainDefinition, _ named: [NamedDevice],
    _ libvirt: (before: Version, now: Version)?
  ) {
    let (own, theirs) = (ABIStability.devices(kind, before), ABIStability.devices(kind, after))
    let pairing = DevicePairing(own, theirs, byPlace: false)
    for (index, place) in pairing.pairs {
      let (one, other) = (own[index], theirs[place])
      if one.element.isSpelled(as: other.element) || named.contains(where: { $0.isOne(one) || $0.isOne(other) }) {
        continue
      }
      var reader = RuleReader(.findings, libvirt: libvirt?.now ?? ABIComparison.assumedLibvirt)
      reader.compare(one.element, other.element, kind.abiGroups, subject: kind.name) {
        ABIStability.label(other)
      }
      for finding in reader.findings where finding.tier != .volatile {
        if ABIStability.isSetting(finding, of: kind) { drift.append(finding) } else { changes.append(finding) }
      }
    }
    for index in pairing.gone { drift.append(presence(own[index], isSource: true)) }
    for place in pairing.new {
      let device = theirs[place]
      if let addition = ABIStability.addition(device, of: after, libvirt) {
        libvirtsDoing.append(
          "libvirt from \(addition.since) on prints <\(kind.element) \(addition.path)='\(addition.value)'>; the guest "
            + "sees no change: \(addition.why)")
      } else {
        drift.append(presence(device, isSource: false))
      }
    }
  }

  private static func devices(_ kind: DeviceKind, _ definition: DomainDefinition) -> [Device] {
    definition.devices.filter { $0.kind == kind && !DeviceLists.isBuiltIn($0) }
  }

  /// What there is of a thing that has a setting or a device of its own, and is not hardware of another make.
  private static func isSetting(_ path: String) -> Bool {
    let first = path.prefix { $0 != "/" && $0 != "[" }
    return ["vcpu", "vcpus", "memory", "currentMemory", "maxMemory", "iothreads"].contains(first)
      || path.hasPrefix("cpu/numa")
  }

  /// Before 9.2 libvirt chose the firmware of `firmware='efi'` at each start and wrote nothing down; from then on it
  /// writes down what it chose, and of a loader that one of its descriptors names what that firmware is
  /// (`qemuFirmwareFillDomain`). Another loader than before is no choice of words.
  private static func isFirmwareChoice(
    _ finding: ABIFinding, _ before: DomainDefinition, _ after: DomainDefinition,
    _ libvirt: (before: Version, now: Version)?
  ) -> Bool {
    guard let libvirt, libvirt.before < Version(9, 2), libvirt.now >= Version(9, 2) else { return false }
    let (loader, now) = (before.root.value(at: "os/loader"), after.root.value(at: "os/loader"))
    if let loader, !loader.isEmpty, loader != now { return false }
    if finding.path.hasPrefix("os/@firmware") || finding.path.hasPrefix("os/firmware") { return true }
    guard before.root.value(at: "os/@firmware") != nil, loader?.isEmpty != false else { return false }
    return ["os/loader", "os/nvram", "features/smm"].contains { finding.path.hasPrefix($0) }
  }

  /// A definition that names nothing to boot from gets the first hard disk written down the next time libvirt parses it,
  /// as it does when a device is taken out, and again the time after (`virDomainDefBootOrderPostParse`; 9.0 writes it
  /// twice at once). QEMU boots from there without a word on it too.
  private static func isDefaultBoot(
    _ finding: ABIFinding, _ before: DomainDefinition, _ after: DomainDefinition
  ) -> Bool {
    guard finding.path.hasPrefix("os/boot"), !finding.path.hasPrefix("os/bootmenu") else { return false }
    func boots(_ definition: DomainDefinition) -> [String] {
      definition.root.child("os")?.children.filter { $0.name == "boot" }.map { $0["dev"] ?? "" } ?? []
    }
    let hasOrder = (before.devices + after.devices).contains { $0.element.child("boot") != nil }
    return !hasOrder && !boots(after).isEmpty && (boots(before) + boots(after)).allSatisfy { $0 == "hd" }
  }

  /// A rule is called `memory/target/requested`.
  private static func isSetting(_ finding: ABIFinding, of kind: DeviceKind) -> Bool {
    guard let slash = finding.rule.firstIndex(of: "/") else { return false }
    return kind.change(at: FieldPath(String(finding.rule[finding.rule.index(after: slash)...]))).live.isInPlace
  }

  private static func addition(
    _ device: Device, of definition: DomainDefinition, _ libvirt: (before: Version, now: Version)?
  ) -> LibvirtAddition? {
    guard let libvirt else { return nil }
    return device.kind.additions.first { addition in
      libvirt.before < addition.since && addition.since <= libvirt.now
        && addition.machines.contains(where: definition.machine.hasPrefix)
        && device.element.value(at: addition.path) == addition.value
    }
  }

  private func presence(_ device: Device, isSource: Bool) -> ABIFinding {
    ABIFinding(
      path: ABIStability.label(device), rule: device.kind.name, source: isSource ? "present" : nil,
      target: isSource ? nil : "present", tier: .guest, why: isSource ? "the guest loses it" : "the guest finds it new")
  }

  private static func label(_ device: Device) -> String {
    let name = device.id?.text ?? device.naturalKey ?? device.slot?.description ?? "?"
    return "devices/\(device.kind.element)[\(name)]"
  }
}
