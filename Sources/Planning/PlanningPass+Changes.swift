import DomainXML
import Intent
import Vocabulary

extension PlanningPass {
  /// What is to be done about the differences of one device on one side.
  private struct Changes {
    var updates: [FieldDifference] = []
    var replacements: [FieldDifference] = []
    /// What the running guest gets at the next boot, once the definition has it.
    var pending: [FieldDifference] = []
    var isEmpty: Bool { updates.isEmpty && replacements.isEmpty }
  }

  /// Compares a present device with what is stated of it, and plans what makes it so on both sides.
  ///
  /// `isReleasing`: the guest has been asked to let go of it; the live side is left alone until it has.
  mutating func compare(_ device: BoundDevice, _ element: Element, isReleasing: Bool) {
    let refusals = plan.refused.count
    var found = BothSides<[FieldDifference]>(live: [], persistent: [])
    for side in input.sides where device.wanted.isWanted(on: side) && (side == .persistent || changesLive) {
      guard let present = device.devices[side] else { continue }
      found[side] = withoutMedia(differences(device.wanted, element, present, on: side), device, element)
      refuseMove(device, present)
    }
    if !isReleasing { planMedia(device, element) }
    let slot = slotToRepair(device)
    if found.live.isEmpty, found.persistent.isEmpty, slot == nil { return }
    var changes = BothSides(live: Changes(), persistent: Changes())
    for side in [Side.persistent, .live] {
      for difference in found[side] { sort(difference, device, side, found.persistent, &changes) }
    }
    if !changes.live.isEmpty || !changes.persistent.isEmpty { unsettled.insert(device.wanted.id) }
    guard plan.refused.count == refusals, mayChange(device, changes.live, changes.persistent) else { return }
    let (live, persistent) = (changes.live, changes.persistent)
    for difference in live.pending { pend(device, difference) }
    if !isReleasing {
      change(device, element, .live, updates: live.updates, replacements: live.replacements, slot: nil)
    }
    change(
      device, element, .persistent, updates: persistent.updates, replacements: persistent.replacements, slot: slot)
  }

  private func differences(
    _ wanted: WantedDevice, _ element: Element, _ present: Device, on side: Side
  ) -> [FieldDifference] {
    let differences = Differ.differences(wanted: wanted, device: present, on: side)
    guard !differences.isEmpty, wanted.kind.stands(present.element, on: element) else { return differences }
    return differences.filter { !wanted.kind.isSource($0.path) }
  }

  /// Where one difference belongs: to an update, a replacement, the next boot, drift, or a refusal.
  private mutating func sort(
    _ difference: FieldDifference, _ device: BoundDevice, _ side: Side, _ persistent: [FieldDifference],
    _ changes: inout BothSides<Changes>
  ) {
    let wanted = device.wanted
    let change = wanted.kind.change(at: difference.path)
    let own = change[side]
    // Also where this plan attaches it there.
    let definitionHasIt =
      input.persistent != nil && wanted.isWanted(on: .persistent) && !persistent.contains { $0.path == difference.path }
    if side == .live, !own.isInPlace, definitionHasIt, change.persistent.isInPlace || !wanted.replaceAllowed {
      return pend(device, difference)
    }
    if isDrift(difference, device, own, side, change.persistent) {
      plan.drift.append(
        Drift(
          device: wanted.id, path: difference.path.text, side: side, was: difference.wanted, found: difference.found,
          by: "foreign"))
      return
    }
    switch own {
    case .inPlace, .call: changes[side].updates.append(difference)
    case .never(let reason):
      refuse(device, difference, "needs-redefine", reason, wouldTake: "remove the device and add it anew")
    case .withDevice:
      if side == .live, change.persistent.isInPlace, wanted.isWanted(on: .persistent),
        device.devices.persistent != nil
      {
        changes.live.pending.append(difference)
      } else if wanted.replaceAllowed {
        changes[side].replacements.append(difference)
      } else if let other = partner(in: difference, of: device) {
        // R6: half of an exchange would leave the other device without what it is to get.
        refuse(
          device, difference, "needs-replace", "'\(other)' is to get what this device has, and both have to allow it",
          wouldTake: "`replace: allowed` on each of them", concernsWholePlan: true)
      } else {
        refuse(
          device, difference, "needs-replace", "it can change only by detaching and attaching the device",
          wouldTake: "`replace: allowed`")
      }
    }
  }

  /// Another device of the kind that is stated to have what this one has and would lose.
  private func partner(in difference: FieldDifference, of device: BoundDevice) -> DeviceID? {
    guard let found = difference.found else { return nil }
    let kind = device.wanted.kind
    let form = kind.field(at: difference.path)?.form ?? .text
    guard kind.identity.contains(where: { $0.paths.contains(difference.path) }) else { return nil }
    return bound.first { other in
      other.wanted.id != device.wanted.id && other.wanted.kind == kind
        && other.wanted.element?.value(at: difference.path).map(form.normalised) == form.normalised(found)
    }?.wanted.id
  }

  /// What the document does not ask for while it is unchanged: fields that block jobs, snapshots and boot menus move
  /// by themselves (R7), what only a replacement could put back, and everything where it only wants a report (R8).
  private func isDrift(
    _ difference: FieldDifference, _ device: BoundDevice, _ own: Field.Change, _ side: Side,
    _ persistent: Field.Change
  ) -> Bool {
    guard let known = device.known, let content = known.content, content == device.wanted.contentDigest else {
      return false
    }
    if policy(device.wanted) == .report || device.wanted.kind.moving.contains(difference.path) { return true }
    return !own.isInPlace && !(side == .live && persistent.isInPlace)
  }

  /// An explicit address that differs from the held one is refused, never moved (R12).
  private mutating func refuseMove(_ device: BoundDevice, _ present: Device) {
    guard let address = device.wanted.address, let slot = present.slot, address != slot else { return }
    refuse(
      device,
      FieldDifference(path: "address", wanted: address.description, found: slot.description), "needs-redefine",
      "a device never moves: the guest knows it by its slot", wouldTake: "remove the device and add it anew")
  }

  private mutating func refuse(
    _ device: BoundDevice, _ difference: FieldDifference, _ code: Problem.Code, _ reason: String, wouldTake: String,
    concernsWholePlan: Bool? = nil
  ) {
    unsettled.insert(device.wanted.id)
    refuse(
      Refusal(
        code, target: .device(device.wanted.id), path: "\(device.wanted.path).\(difference.path)",
        wanted: difference.wanted, found: difference.found, reason: reason, wouldTake: wouldTake,
        concernsWholePlan: concernsWholePlan))
  }

  mutating func pend(_ device: BoundDevice, _ difference: FieldDifference) {
    plan.nextBoot.append(
      PendingChange(
        target: .device(device.wanted.id), path: difference.path.text, now: difference.found,
        atNextBoot: difference.wanted,
        reason: "libvirt cannot change it while the domain runs"))
  }

  // MARK: Permission

  /// I7: no step touches a protected device. The disk that the domain boots from is protected by default against being
  /// taken away; its settings may change.
  private mutating func mayChange(_ device: BoundDevice, _ live: Changes, _ persistent: Changes) -> Bool {
    guard !live.isEmpty || !persistent.isEmpty else { return true }
    if isProtected(device) {
      for difference in Set(live.updates + live.replacements + persistent.updates + persistent.replacements).sorted() {
        refuse(
          device, difference, "protected", "the device is protected, and no step touches it",
          wouldTake: "vmctl unprotect \(input.wanted.name) \(device.wanted.id)", concernsWholePlan: false)
      }
      return false
    }
    for difference in live.replacements + persistent.replacements {
      if let reason = reasonNotToReplace(device, difference) {
        refuse(
          device, difference, "needs-replace", reason, wouldTake: "a new device with an id of its own")
        return false
      }
    }
    for side in input.sides where bootOrderChanges(side == .live ? live.updates : persistent.updates) {
      guard let order = device.wanted.bootOrder, bootOrder(order, isFreeFor: device, on: side) != nil else {
        return false
      }
    }
    return true
  }

  private func bootOrderChanges(_ updates: [FieldDifference]) -> Bool { updates.contains { $0.path == "boot/@order" } }

  private func reasonNotToReplace(_ device: BoundDevice, _ difference: FieldDifference) -> String? {
    if let why = protection(of: device) { return "the device is never detached: \(why)" }
    if device.wanted.bootOrder != nil || device.leading?.bootOrder != nil {
      return "a device with a boot order is never detached"
    }
    guard let element = device.wanted.element, let slot = device.leading?.slot,
      let kind = device.wanted.kind.slotKind(of: element, libvirt: input.host.libvirt), !slot.isOf(kind)
    else { return nil }
    return "it would need a \(kind.words) slot, and a device keeps its slot (\(slot.type))"
  }
}

extension FieldDifference: Comparable {
  package static func < (left: FieldDifference, right: FieldDifference) -> Bool {
    (left.path.text, left.wanted, left.found ?? "") < (right.path.text, right.wanted, right.found ?? "")
  }
}
