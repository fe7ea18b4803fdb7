import DomainXML
import Vocabulary

/// The devices of two domains, held against each other kind by kind.
struct DeviceComparison {
  private let source: DomainDefinition
  private let target: DomainDefinition
  private let libvirt: Version
  private(set) var findings: [ABIFinding] = []
  /// Devices at the beginning and at the end that both sides spell the same need no look: they are as many of each
  /// kind on both sides, so what is between them pairs off as libvirt's whole lists do.
  private let equalBefore: Int
  private let equalBehind: Int

  init(_ source: DomainDefinition, _ target: DomainDefinition, libvirt: Version) {
    self.source = source
    self.target = target
    self.libvirt = libvirt
    let (own, theirs) = (source.devices, target.devices)
    let most = min(own.count, theirs.count)
    var before = 0
    while before < most, own[before].element.isSpelled(as: theirs[before].element) { before += 1 }
    var behind = 0
    while behind < most - before,
      own[own.count - 1 - behind].element.isSpelled(as: theirs[theirs.count - 1 - behind].element)
    {
      behind += 1
    }
    equalBefore = before
    equalBehind = behind
  }

  mutating func compare() {
    let own = source.devices[equalBefore..<source.devices.count - equalBehind]
    let theirs = target.devices[equalBefore..<target.devices.count - equalBehind]
    if own.isEmpty, theirs.isEmpty { return }
    var kinds: [DeviceKind] = []
    for device in [own, theirs].joined() where !kinds.contains(device.kind) { kinds.append(device.kind) }
    var compared: [KindComparison] = []
    for kind in kinds {
      guard !kind.abi.isEmpty else {
        if Catalogue.kind(named: kind.element) !== kind { compareUnknown(kind, own, theirs) }
        continue
      }
      // In a list with an order of its own any device may move any other.
      let isSorted = kind.listing != nil
      let mine = (isSorted ? source.devices[...] : own).filter { $0.kind == kind }
      let others = (isSorted ? target.devices[...] : theirs).filter { $0.kind == kind }
      compared.append(compare(kind, mine, others))
    }
    compareGivenDevices(own, theirs)
    let passes = libvirtPasses(compared)
    for kind in compared {
      if passes || kind.passes {
        // Told apart by who they are, and the same to libvirt at their places.
        findings += kind.found.map { $0.tier == .libvirt ? $0.with(tier: .guest) : $0 }
      } else {
        findings += kind.found
        if !kind.found.contains(where: { $0.tier == .libvirt }) {
          findings.append(order(kind.kind, kind.own, kind.theirs))
        }
      }
    }
    if kinds.contains(.controller) { comparePaths(compared.flatMap(\.pairs)) }
  }

  private struct KindComparison {
    let kind: DeviceKind
    let own: [Device]
    let theirs: [Device]
    let pairs: [(Device, Device)]
    let found: [ABIFinding]
    /// Whether libvirt lets the kind pass with the target as it is.
    let passes: Bool
  }

  private func compare(_ kind: DeviceKind, _ own: [Device], _ theirs: [Device]) -> KindComparison {
    let (mine, others) = (
      own.filter { !DeviceLists.isBuiltIn($0) }, theirs.filter { !DeviceLists.isBuiltIn($0) }
    )
    let pairing = DevicePairing(mine, others)
    var reader = RuleReader(.findings, libvirt: libvirt)
    for (index, place) in pairing.pairs where !mine[index].element.isSpelled(as: others[place].element) {
      reader.compare(mine[index].element, others[place].element, kind.abiGroups, subject: kind.name) {
        label(mine[index], in: source)
      }
    }
    let isCompared = kind.libvirtCompares && kind.since.map { $0 <= libvirt } ?? true
    let isInPlace = pairing.isPositional && mine.count == own.count && others.count == theirs.count
    return KindComparison(
      kind: kind, own: own, theirs: theirs, pairs: pairing.pairs.map { (mine[$0.source], others[$0.target]) },
      found: reader.findings + pairing.gone.map { presence(mine[$0], in: source, isSource: true) }
        + pairing.new.map { presence(others[$0], in: target, isSource: false) },
      passes: !isCompared || (isInPlace && !reader.differs)
        || (!isInPlace || kind.listing != nil)
          && isSame(
            kind, DeviceLists.sorted(kind, own.map(\.element)), DeviceLists.sorted(kind, theirs.map(\.element)))
    )
  }

  /// libvirt's own look: the target passes as it is, or else as it is printed for migration (`qemuSaveImageUpdateDef`
  /// tries both).
  private func libvirtPasses(_ compared: [KindComparison]) -> Bool {
    let failed = compared.filter { !$0.passes }
    if failed.isEmpty { return true }
    guard failed.allSatisfy({ DeviceLists.abbreviated.contains($0.kind) }) else { return false }
    return DeviceLists.abbreviated.allSatisfy { kind in
      let own = source.devices.filter { $0.kind == kind }.map(\.element)
      let theirs = target.devices.filter { $0.kind == kind }.map(\.element)
      return isSame(
        kind, DeviceLists.sorted(kind, own), DeviceLists.migratable(kind, theirs, machine: target.machine))
    }
  }

  /// As many, and each the same as the other at its place.
  private func isSame(_ kind: DeviceKind, _ own: [Element], _ theirs: [Element]) -> Bool {
    guard own.count == theirs.count else { return false }
    var reader = RuleReader(.libvirtOnly, libvirt: libvirt)
    for (one, other) in zip(own, theirs) where !one.isSpelled(as: other) {
      reader.compare(one, other, kind.abiGroups, subject: kind.name) { "" }
      if reader.differs { return false }
    }
    return true
  }

  /// A card of type `hostdev` is in libvirt's list of host devices too.
  private mutating func compareGivenDevices(_ own: ArraySlice<Device>, _ theirs: ArraySlice<Device>) {
    let (cards, others) = (own.count(where: DeviceComparison.isGiven), theirs.count(where: DeviceComparison.isGiven))
    guard cards != others else { return }
    let all = (
      cards + own.count { $0.kind == .hostdev }, others + theirs.count { $0.kind == .hostdev }
    )
    guard all.0 != all.1 else { return }
    findings.append(
      ABIFinding(
        path: "devices/interface", rule: "hostdev", source: "\(cards) of type hostdev",
        target: "\(others) of type hostdev", tier: .libvirt,
        why: "a card of the host's and an emulated one are other devices to the guest"))
  }

  private static func isGiven(_ device: Device) -> Bool {
    device.kind == .interface && device.element.holds("type", "hostdev")
  }

  /// A bridge that came, went or moved gives other devices another way and other bus numbers.
  private mutating func comparePaths(_ compared: [(Device, Device)]) {
    let (mine, others) = (source.pci, target.pci)
    let before = zip(source.devices.prefix(equalBefore), target.devices.prefix(equalBefore))
    let behind = zip(source.devices.suffix(equalBehind), target.devices.suffix(equalBehind))
    // Controllers of the equal part are among those compared.
    let equal = (Array(before) + Array(behind)).filter { $0.0.kind != .controller }
    for (one, other) in equal + compared {
      guard case .pci(let address) = one.slot, case .pci(address) = other.slot,
        let path = mine.guestPath(of: address), let new = others.guestPath(of: address), path != new
      else { continue }
      findings.append(
        ABIFinding(
          path: label(one, in: source) + "/guestPath", rule: "\(one.kind.name)/guestPath",
          source: "\(path) (\(path.address))",
          target: "\(new) (\(new.address))", tier: .guest,
          why: "the way through bridges and the bus number, by which the guest names the device"))
    }
  }

  /// A kind that the catalogue has no entry for: the guest may see all of it.
  private mutating func compareUnknown(_ kind: DeviceKind, _ own: ArraySlice<Device>, _ theirs: ArraySlice<Device>) {
    guard kind.element != "redirfilter" else { return }
    let mine = own.filter { $0.kind == kind }.map(\.element.canonicalForm.shown)
    let others = theirs.filter { $0.kind == kind }.map(\.element.canonicalForm.shown)
    guard mine != others else { return }
    findings.append(
      ABIFinding(
        path: "devices/\(kind.name)", rule: "unknown", source: mine.isEmpty ? nil : mine.joined(),
        target: others.isEmpty ? nil : others.joined(), tier: .guest,
        why: "vmctl does not know this kind of device: the guest may see all of it"))
  }

  private func presence(_ device: Device, in definition: DomainDefinition, isSource: Bool) -> ABIFinding {
    ABIFinding(
      path: label(device, in: definition), rule: device.kind.name, source: isSource ? "present" : nil,
      target: isSource ? nil : "present", tier: device.kind.libvirtCompares ? .libvirt : .guest,
      why: isSource ? "the guest loses it" : "the guest finds it new")
  }

  private func order(_ kind: DeviceKind, _ own: [Device], _ theirs: [Device]) -> ABIFinding {
    let (one, other) = (own.map(shortName).joined(separator: ", "), theirs.map(shortName).joined(separator: ", "))
    return ABIFinding(
      path: "devices/\(kind.element)", rule: "\(kind.name)/order", source: one,
      target: one == other ? "others at these places" : other, tier: .libvirt,
      why: "libvirt compares devices of a kind place by place, and these stand in another order")
  }

  /// What tells a device from its neighbours at a glance: its key, else what its start tag says.
  private func shortName(_ device: Device) -> String {
    device.naturalKey ?? device.element.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }

  private func label(_ device: Device, in definition: DomainDefinition) -> String {
    guard let key = device.naturalKey else {
      return "devices/\(device.kind.element)[\(name(device, in: definition))]"
    }
    return key.contains("=") ? "devices/\(device.kind.element)[\(key)]" : "devices/\(device.kind.element)"
  }

  private func name(_ device: Device, in definition: DomainDefinition) -> String {
    if let key = device.naturalKey { return key }
    let place = definition.devices.lazy.filter { $0.kind == device.kind }.firstIndex { $0.isSame(as: device) }
    return definition.devices.prefix((place ?? 0) + 1).count { $0.kind == device.kind }.description
  }
}
