import DomainXML
import Faults
import Intent
import Vocabulary

extension PlanningPass {
  mutating func planDevice(_ device: BoundDevice) {
    let wanted = device.wanted
    guard let element = wanted.element else { return checkReference(device) }
    let before = findings
    let pending = input.pendingUnplugs.first { $0.id == wanted.id }
    if let pending {
      plan.waiting.append(
        Waiting(
          target: .device(wanted.id), slot: pending.slot, since: pending.since, isOverdue: pending.isOverdue,
          wantedAgain: true))
    }
    guard isSameKind(device) else { return }
    compare(device, element, isReleasing: pending != nil && device.devices.live != nil)
    var missing = input.sides.filter { wanted.isWanted(on: $0) && device.devices[$0] == nil }
    if PlantedBug.is(.attachesLiveOnly), input.live != nil { missing.removeAll { $0 == .persistent } }
    if !missing.isEmpty { attach(device, element, missing) }
    for side in input.sides where !wanted.isWanted(on: side) { dropFromSide(device, side) }
    if findings == before { plan.unchanged += 1 }
  }

  /// Counts whatever a plan may say of a device.
  private var findings: Int {
    steps.count + plan.refused.count + plan.nextBoot.count + plan.drift.count + plan.waiting.count
  }

  /// A reference binds an id to a device that is there, and states nothing of it.
  private mutating func checkReference(_ device: BoundDevice) {
    guard case .reference(let reference) = device.wanted.content else { return }
    let wanted = device.wanted
    if device.isPresent {
      plan.unchanged += 1
      return
    }
    let candidates = input.leading.map { PlanningPass.candidates(reference, in: $0) } ?? []
    refuse(.reference(reference, of: wanted, candidates))
  }

  /// An id that names another kind of device than before names another device.
  private mutating func isSameKind(_ device: BoundDevice) -> Bool {
    guard let present = device.leading, present.kind != device.wanted.kind else { return true }
    unsettled.insert(device.wanted.id)
    refuse(
      Refusal(
        "needs-redefine", target: .device(device.wanted.id), path: device.wanted.path, wanted: device.wanted.kind.name,
        found: present.kind.name, reason: "the id names a \(present.kind.name), and a device does not become another",
        wouldTake: "an id of its own for the new device"))
    return false
  }

  // MARK: Attaching

  private mutating func attach(_ device: BoundDevice, _ element: Element, _ missing: [Side]) {
    let wanted = device.wanted
    let missing = withoutPhantom(device, missing)
    if missing.isEmpty { return }
    if policy(wanted) == .report, let known = device.known, known.content == wanted.contentDigest {
      for side in missing {
        plan.drift.append(
          Drift(device: wanted.id, path: device.alias, side: side, was: "attached", found: nil, by: "foreign"))
      }
      return
    }
    // Content that is compared as a whole counts as applied when it is seen to be (R8): otherwise an attach that
    // failed would look like a foreign detach.
    if policy(wanted) == .report { unsettled.insert(wanted.id) }
    guard let awaited = preflight(device, element, missing) else { return }
    var sides = pluggableSides(device, element, missing)
    guard !sides.isEmpty else { return }
    var place: SlotBook.Place?
    switch chooseSlot(device, element, sides) {
    case .refused: return
    case .none: place = nil
    case .slot(let chosen): place = chosen
    case .grown(let chosen):
      place = chosen
      if sides.contains(.live) {
        sides.removeAll { $0 == .live }
        plan.nextBoot.append(
          PendingChange(
            target: .device(wanted.id), path: wanted.id.text, now: nil, atNextBoot: "attached",
            reason: "the guest gets the port that it stands on at its next boot"))
      }
    }
    if PlantedBug.is(.letsLibvirtChoose) { place = nil }
    let xml = composer.compose(
      element, kind: wanted.kind, id: wanted.id, alias: device.alias, slot: place?.slot, bootOrder: wanted.bootOrder,
      like: device.leading?.element)
    let path = place.flatMap { guestPath($0.slot) }
    let freed = (place?.freed).flatMap { $0.waits ? $0 : nil }
    let isPlacedLater = wanted.kind.placedLate && sides.count > 1 && !(place?.slot.isWhole ?? true)
    let attaches = sides.map { side in
      var step = Step(
        .attach, .device(wanted.id), kind: wanted.kind.name, side: side,
        effect: side == .live || isSeenLive(device, sides) ? .live : .nextBoot, slot: place?.slot, guestPath: path,
        xml: xml, reason: reason(for: side, device), waitsFor: freed?.id ?? awaited.id,
        waitsForAlias: freed?.alias ?? awaited.alias)
      step.followsLive = isPlacedLater && side == .persistent
      return step
    }
    if wanted.kind.provides.isEmpty {
      steps.attaches += attaches
    } else {
      // A controller of the document's own: other devices may sit on it.
      steps.controllers += attaches
      provided(element, on: sides)
    }
  }

  /// The hypervisor process has the device and libvirt does not know: every attach to the running domain fails until
  /// the process is another (faults.md 0.2). The definition can have it, at the slot where the guest sees it now.
  private mutating func withoutPhantom(_ device: BoundDevice, _ missing: [Side]) -> [Side] {
    guard missing.contains(.live), input.phantoms[device.wanted.id] != nil else { return missing }
    unsettled.insert(device.wanted.id)
    refuse(
      Refusal(
        "phantom-device", target: .device(device.wanted.id), path: device.wanted.path, wanted: "attached",
        found: "in the hypervisor process, unknown to libvirt",
        reason:
          "a call that was cut off left '\(device.wanted.id)' in the hypervisor process and libvirt does not know "
          + "it: it can be neither attached nor detached while that process lives",
        wouldTake: "vmctl restart \(input.wanted.name): a new process has it once, at the same slot"))
    return missing.filter { $0 != .live }
  }

  /// Whether the running guest has the device, or gets it with this plan: if not, it comes at the next boot.
  private func isSeenLive(_ device: BoundDevice, _ sides: [Side]) -> Bool {
    input.live == nil || sides.contains(.live) || device.devices.live != nil
  }

  private func reason(for side: Side, _ device: BoundDevice) -> String {
    device.leading == nil
      ? "wanted and absent from the \(side.rawValue) \(side == .live ? "domain" : "definition")"
      : "present on the other side only; the \(side.rawValue) side is repaired at the same slot"
  }

  /// The sides that can have the device. What the running guest cannot get comes at the next boot, if the definition
  /// gets it.
  private mutating func pluggableSides(_ device: BoundDevice, _ element: Element, _ missing: [Side]) -> [Side] {
    let wanted = device.wanted
    if missing.contains(.persistent),
      let reason = wanted.kind.attach.persistent.refusal(for: element, libvirt: input.host.libvirt)
    {
      refuseAttach(wanted, reason)
      return []
    }
    var sides = missing.filter { $0 == .persistent }
    guard missing.contains(.live), changesLive else { return provide(wanted, element, sides) }
    let persistentHasIt = device.devices.persistent != nil || missing.contains(.persistent)
    let reason =
      wanted.kind.attach.live.refusal(for: element, libvirt: input.host.libvirt)
      ?? controllerRefusal(wanted, element) ?? placeRefusal(device)
    if let reason {
      if persistentHasIt, wanted.sides == .both {
        plan.nextBoot.append(
          PendingChange(
            target: .device(wanted.id), path: wanted.id.text, now: nil, atNextBoot: "attached", reason: reason))
      } else {
        refuseAttach(wanted, reason)
      }
    } else {
      sides.insert(.live, at: 0)
    }
    return provide(wanted, element, sides)
  }

  /// A device of the definition may stand where nothing can be hotplugged (T7).
  private func placeRefusal(_ device: BoundDevice) -> String? {
    guard let slot = device.devices.persistent?.slot, let live = input.live,
      !SlotAllocator([live]).exists(slot)
    else { return nil }
    return "it has the slot \(slot), and nothing can be hotplugged there"
  }

  private mutating func refuseAttach(_ wanted: WantedDevice, _ reason: String) {
    unsettled.insert(wanted.id)
    refuse(
      Refusal(
        "cannot-attach", target: .device(wanted.id), path: wanted.path, wanted: wanted.kind.name, reason: reason,
        wouldTake: "a new domain"))
  }

  // MARK: One side only

  /// A device that is wanted on one side and present on the other too.
  private mutating func dropFromSide(_ device: BoundDevice, _ side: Side) {
    guard let present = device.devices[side], !(side == .live && !changesLive) else { return }
    let named = input.wanted.removals.union(input.options.removals).contains(device.wanted.id)
    if let why = protection(of: device) ?? (present.bootOrder != nil && !named ? "it has a boot order" : nil) {
      refuse(
        Refusal(
          "protected", target: .device(device.wanted.id), path: device.wanted.path + ".sides",
          wanted: device.wanted.sides.rawValue, found: "both",
          reason: "it would be removed from the \(side.rawValue) side, and \(why)",
          wouldTake: "vmctl unprotect \(input.wanted.name) \(device.wanted.id), or name it in spec.removals"))
      return
    }
    detach(device.wanted.id, present, side, reason: "wanted on the other side only")
  }

  func policy(_ wanted: WantedDevice) -> IntentDocument.Drift { wanted.drift ?? input.wanted.drift }

  // MARK: Protection (R17)

  /// Why a device must not be removed; `nil` where it may.
  func protection(of device: BoundDevice) -> String? {
    if isProtected(device) { return "it is protected" }
    return device.wanted.id == bootDisk ? Refusal.bootDiskIsProtected : nil
  }

  func isProtected(_ device: BoundDevice) -> Bool {
    device.wanted.isProtected || device.known?.isProtected ?? false
  }
}

extension Refusal {
  /// A reference that means no device, or more than one.
  static func reference(
    _ reference: WantedDevice.Reference, of wanted: WantedDevice, _ candidates: [Device]
  ) -> Refusal {
    let found = candidates.map { $0.alias ?? $0.slot?.description ?? $0.naturalKey ?? $0.kind.name }
    let path = wanted.path + ".reference"
    let words = "\(reference.kind) \(reference.value)"
    if candidates.isEmpty {
      return Refusal(
        "reference-missing", target: .device(wanted.id), path: path, wanted: words,
        reason: "the document refers to a device that is not there",
        wouldTake: "a value that `vmctl devices` shows, or a place among the \(reference.kind) devices from 0")
    }
    return Refusal(
      "ambiguous-device", target: .device(wanted.id), path: path, wanted: words,
      found: found.joined(separator: ", "),
      reason: "the document refers to one device, and \(candidates.count) are meant",
      wouldTake: "refer to it by its place among the \(reference.kind) devices, from 0")
  }
}
