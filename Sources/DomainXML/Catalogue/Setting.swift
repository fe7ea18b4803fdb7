package import Vocabulary

/// Everything that vmctl knows of one setting of a domain, as data: where it stands in libvirt's XML, which call sets
/// it on which side, and what the guest has to do. One file a group under `Settings/`; grammar, planner, verifier and
/// help read it and know no settings of their own.
package struct Setting: Sendable {
  /// The key under `spec`, groups with a dot: `cputune.shares`.
  package let name: String
  package let summary: String
  package let type: ScalarType
  package let place: Place
  package let act: Act
  package let sides: BothSides<Support>
  /// When a change in a running domain needs the guest.
  package let guest: Guest
  /// What the value can be at most, as the definition has it; more belongs to creation.
  package let limit: Place?
  /// What the running domain has at least: less comes with the next boot.
  package let least: Place?
  /// What `null` in a document stands for: libvirt's default. `nil`: no call puts it back.
  package let fallback: String?
  package let note: String

  package enum Guest: Sendable, Hashable { case never, whenLowered, always }

  /// Where a definition says it.
  package enum Place: Sendable {
    /// A field of the domain; `absent` is what its absence means.
    case field(FieldPath, absent: String?)
    /// One of several elements of one name, told apart by an attribute.
    case entry(element: FieldPath, key: String, value: String)
    /// Online virtual CPUs: `vcpu/@current`, else all of them.
    case onlineVCPUs
    /// Those that were there at boot, which a running domain keeps.
    case bootVCPUs
    /// Without memory devices: those are in libvirt's numbers and no balloon takes them (R18, T11).
    case balloonTarget
    case bootMemory
    /// The one element of the value's namespace.
    case namespace
    /// In no definition.
    case outside
  }

  /// How it is set.
  package enum Act: Sendable, Hashable {
    case vcpus, memory, statsPeriod, iothreads, metadata, autostart
    case words(SettingCall.Words)
    /// One of the typed parameters of a call that takes several at once. A word of a `oneOf` is sent as its place
    /// there where the parameter is a number.
    case parameter(SettingCall.Family, String, TypedParameter.Kind)
    case pinVCPU, pinEmulator, pinIOThread
    case lifecycle(SettingCall.LifecycleEvent)
  }

  package init(
    _ name: String, _ type: ScalarType, at place: Place, by act: Act, sides: BothSides<Support> = .yes,
    guest: Guest = .never, limit: Place? = nil, least: Place? = nil, fallback: String? = nil, summary: String,
    note: String = ""
  ) {
    self.name = name
    self.type = type
    self.place = place
    self.act = act
    self.sides = sides
    self.guest = guest
    self.limit = limit
    self.least = least
    self.fallback = fallback
    self.summary = summary
    self.note = note
  }

  /// Whether a document gives one value for each of several keys.
  package var hasEntries: Bool {
    if case .entry = place { return true }
    return false
  }

  /// Why one side of a domain cannot have a value; `nil` where it can.
  package func obstacle(to value: String, on side: Side, of domain: Element, libvirt: Version?) -> String? {
    if side == .live, let least = least?.value(in: domain, key: nil), let bound = parseNumber(least),
      let wanted = parseNumber(value), wanted < bound
    {
      return "\(least) of them were there when the guest booted, and those cannot be taken from it"
    }
    return sides[side].refusal(for: domain, libvirt: libvirt)
  }

  /// The value that a definition has; `nil` where it says nothing and nothing follows from that.
  package func value(in domain: Element, key: String? = nil) -> String? {
    let value = place.value(in: domain, key: key)
    if case .namespace = place { return value }
    return value.map(type.normalised)
  }

  /// What a `<domain>` made by `state` says: the keys and values that a definition must have.
  package func stated(in fragment: Element) -> [(key: String?, value: String)] {
    switch place {
    case .field(let path, _): return fragment.value(at: path).map { [(nil, type.normalised($0))] } ?? []
    case .onlineVCPUs: return fragment.value(at: "vcpu/@current").map { [(nil, $0)] } ?? []
    case .balloonTarget: return fragment.value(at: "currentMemory").map { [(nil, $0)] } ?? []
    case .entry(let path, let keyName, let valueName):
      return fragment.elements(at: path).compactMap { entry in
        entry.attribute(named: valueName).map { (entry.attribute(named: keyName), type.normalised($0)) }
      }
    case .namespace:
      guard let metadata = fragment.child("metadata") else { return [] }
      return metadata.children.map { ($0.namespaceURI, $0.localForm.shown) }
    case .bootVCPUs, .bootMemory, .outside: return []
    }
  }

  /// A `<domain>` that says this value and nothing else: what is kept of a step, and read back by the same rule.
  package func state(_ value: String, key: String?, in draft: inout ElementDraft) {
    switch place {
    case .field(let path, _): draft.set(path, value)
    case .entry(let path, let keyName, let valueName):
      var entry = ElementDraft(path.name)
      entry.set(attribute: keyName, key ?? "")
      entry.set(attribute: valueName, value)
      draft.append(entry, at: path)
    case .onlineVCPUs: draft.set("vcpu/@current", value)
    case .balloonTarget: draft.set("currentMemory", value)
    case .namespace:
      if let document = try? DomainDocument(XMLText(value)) {
        var element = ElementDraft(document.root)
        if let key { element.set(attribute: "xmlns", key) }
        draft.append(element, at: "metadata/element")
      }
    case .bootVCPUs, .bootMemory, .outside: break
    }
  }
}

extension Setting.Place {
  package func value(in domain: Element, key: String?) -> String? {
    switch self {
    case .field(let path, let absent):
      return domain.value(at: path) ?? absent
    case .entry(let path, let keyName, let valueName):
      return domain.elements(at: path).first { $0.attribute(named: keyName) == key }?.attribute(named: valueName)
    case .onlineVCPUs:
      guard let element = domain.child("vcpu") else { return nil }
      return element["current"] ?? element.trimmedText
    case .bootVCPUs:
      // libvirt lists them one by one only where one has been plugged.
      let all = domain.elements(at: "vcpus/vcpu").filter { $0.holds("enabled", "yes") }
      if all.isEmpty { return Setting.Place.onlineVCPUs.value(in: domain, key: nil) }
      return String(all.count { $0.holds("hotpluggable", "no") })
    case .balloonTarget: return domain.balloonTarget.map { String($0) }
    case .bootMemory: return domain.bootMemory.map { String($0) }
    case .namespace:
      let element = domain.child("metadata")?.children.first { $0.namespaceURI == key }
      return element?.localForm.shown
    case .outside: return nil
    }
  }
}

extension Element {
  /// KiB. Of a domain: what it boots with, without memory devices, all of whose sizes are in libvirt's `memory`.
  fileprivate var bootMemory: UInt64? {
    amount("memory").map { $0 &- min($0, memoryOfDevices { $0.value(at: "target/size") }) }
  }

  /// KiB. A DIMM is in libvirt's `currentMemory` with its size, virtio-mem with what of it is plugged at the moment;
  /// of a definition the number may be more than a balloon can have, and then stands for all (measured, R18).
  fileprivate var balloonTarget: UInt64? {
    guard let boot = bootMemory, let current = amount("currentMemory") ?? amount("memory") else { return nil }
    let devices = memoryOfBalloonedDevices &+ memoryOfDevices { $0.value(at: "target/current") }
    return min(boot, current &- min(current, devices))
  }

  /// KiB. Devices that libvirt counts into what a balloon is set to: `virDomainSetMemoryFlags` leaves virtio-mem out
  /// (measured).
  package var memoryOfBalloonedDevices: UInt64 {
    memoryOfDevices { $0.element(at: "target/requested") == nil ? $0.value(at: "target/size") : nil }
  }

  private func amount(_ name: StaticString) -> UInt64? { child(name).flatMap { parseNumber($0.trimmedText) } }

  private func memoryOfDevices(_ size: (Element) -> String?) -> UInt64 {
    (child("devices")?.children(named: "memory") ?? []).reduce(0) { sum, device in
      sum &+ (size(device).flatMap { parseNumber($0) } ?? 0)
    }
  }
}
