import DomainXML
import Faults
import Intent
import Vocabulary

extension PlanningPass {
  /// What our element should say, from what is bound and what is there. Persistent first: where the sides differ it
  /// counts (design section 6). The live side of a domain that is about to stop goes with it (T17).
  mutating func planMetadata() {
    let wanted = desiredState()
    // Nearly always the same text on both sides, and read before the plan began.
    var last: (text: XMLText?, state: ManagedState?)? = input.managed.origin.text.map { ($0, input.managed) }
    for side in [Side.persistent, .live] {
      guard let definition = input.definition(side), side == .persistent || changesLive || input.persistent == nil
      else { continue }
      let text = definition.metadata(namespace: ManagedState.namespace)?.source
      let current = last.flatMap { $0.text == text ? $0.state : nil } ?? ManagedState(in: definition)
      last = (text, current)
      guard current != wanted else { continue }
      steps.metadata.append(
        Step(
          .setMetadata, .metadata, side: side, effect: .live, xml: wanted.xml,
          reason: current == nil ? "vmctl's element is absent" : "what vmctl keeps in the domain has changed"))
    }
  }

  /// The next pass, after an unplug, takes the binding out by the same rule.
  private func desiredState() -> ManagedState {
    var state = input.managed
    state.generation = input.generation
    state.isProtected = state.isProtected || input.wanted.isProtected
    if input.live != nil { state.isArmed = isArmed }
    // Compared as a whole, so it counts as applied when all of it is seen to hold.
    if input.wanted.drift == .reassert {
      state.settings = nil
    } else if !hasUnsettledSettings {
      state.settings = input.wanted.settingsDigest
    } else if state.settings != input.wanted.settingsDigest, !steps.settings.isEmpty {
      state.settings = nil
    }
    guard input.wanted.devices != nil else { return state }
    state.bindings = bound.map { binding(of: $0) }
    for device in leaving where !device.binding.isReference && device.isPresent {
      var binding = device.binding
      binding.isLeaving = true
      if isChanging(binding.id) { binding.content = nil }
      state.bindings.append(binding)
    }
    state.tombstones = tombstones()
    return state
  }

  /// What counts as applied of a device that is not as wanted yet. While a newer content is on its way, the older one
  /// is not applied either: who takes the change back after half of it was made wants the other half undone, and must
  /// not find it taken for somebody else's doing (R8).
  private func contentUntilSettled(_ device: BoundDevice) -> Digest? {
    let known = device.known?.content
    return known == device.wanted.contentDigest || !isChanging(device.wanted.id) ? known : nil
  }

  /// Whether this plan makes any change to a device.
  private func isChanging(_ id: DeviceID) -> Bool { steps.all.contains { $0.target == .device(id) } }

  private func binding(of device: BoundDevice) -> ManagedState.Binding {
    let wanted = device.wanted
    var binding = ManagedState.Binding(id: wanted.id, keeping: device.known)
    binding.isLeaving = false
    binding.isReference = wanted.element == nil
    binding.content = unsettled.contains(wanted.id) ? contentUntilSettled(device) : wanted.contentDigest
    binding.media =
      unsettledMedia.contains(wanted.id) ? device.known?.media : (wanted.media?.digest ?? device.known?.media)
    binding.isProtected = isProtected(device)
    guard let definition = device.devices.persistent == nil ? input.live : input.persistent,
      let present = device.devices.persistent ?? device.devices.live
    else {
      if device.known == nil, device.alias != wanted.id.alias { binding.alias = device.alias }
      return binding
    }
    // An alias of libvirt's own is in the running domain only, and may be another device's after the next start.
    if let alias = present.alias, alias.hasPrefix("ua-") {
      binding.alias = alias == wanted.id.alias ? nil : alias
      binding.key = nil
    } else {
      binding.alias = nil
      let isStillFound = PlanningPass.find(binding, in: definition)?.isSame(as: present) ?? false
      if binding.key == nil || !isStillFound { binding.key = present.bindingKey(in: definition) }
    }
    return binding
  }

  /// Slots of devices that are gone or going, newest last. One of an id that is wanted again stays until the device
  /// is somewhere else: it is the slot that the id gets back, also after a crash in between.
  private func tombstones() -> [ManagedState.Tombstone] {
    if PlantedBug.is(.dropsTombstones) { return [] }
    var tombstones = unseenTombstones() + input.managed.tombstones
    for device in bound {
      let id = device.wanted.id
      if let old = device.wanted.was, let place = tombstones.lastIndex(where: { $0.id == old }) {
        tombstones[place] = ManagedState.Tombstone(id: id, slot: tombstones[place].slot)
      }
      if let slot = device.leading?.slot { tombstones.removeAll { $0.id == id && $0.slot != slot } }
    }
    for device in leaving where !device.binding.isReference {
      let id = device.binding.id
      guard let slot = device.leading?.slot ?? input.heldSlots[id] else { continue }
      tombstones.removeAll { $0.id == id || $0.slot == slot }
      tombstones.append(ManagedState.Tombstone(id: id, slot: slot))
    }
    // Of an id that is there again the slot is known anyway.
    if tombstones.count > ManagedState.tombstoneLimit {
      let present = Set(bound.lazy.filter(\.isPresent).map(\.wanted.id))
      tombstones.removeAll { present.contains($0.id) }
    }
    return tombstones.suffix(ManagedState.tombstoneLimit)
  }

  /// Of what only the store knows until here, unless a device or a tombstone has the slot.
  private func unseenTombstones() -> [ManagedState.Tombstone] {
    let places = placesOfTheStore(besides: Set(bound.map(\.wanted.id) + leaving.map(\.binding.id)))
    if places.isEmpty { return [] }
    let occupied = Set(input.sides.flatMap { input.definition($0)?.devices.compactMap(\.slot) ?? [] })
      .union(input.managed.tombstones.map(\.slot))
    return places.filter { !occupied.contains($0.slot) }
  }
}
