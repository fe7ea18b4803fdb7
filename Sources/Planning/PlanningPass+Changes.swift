import DomainXML
import Intent
import Vocabulary

extension PlanningPass {
  /// Compares a present device with what is stated of it, and plans what makes it so.
  mutating func compare(_ device: BoundDevice, _ side: Side) {
    guard let present = device.devices[side], let element = device.wanted.element else { return }
    let wanted = device.wanted
    var differences = Differ.differences(wanted: element, device: present.element, kind: wanted.kind)
    if let order = wanted.bootOrder, present.bootOrder != order {
      differences.append(
        FieldDifference(path: "boot/@order", wanted: String(order), found: present.bootOrder.map(String.init)))
    }
    refuseMove(device, present, side)
    guard !differences.isEmpty else { return }
    differences = withoutDrift(differences, device, side)
    if differences.isEmpty || (side == .live && !changesLive) { return }

    var updates: [FieldDifference] = []
    var nextBoot: [FieldDifference] = []
    var replacements: [FieldDifference] = []
    for difference in differences {
      let change = wanted.kind.field(at: difference.path)?.change
      switch change?[side] ?? .withDevice {
      case .inPlace:
        updates.append(difference)
      case .never(let reason):
        refuse(device, difference, "needs-redefine", reason, wouldTake: "remove the device and add it anew")
      case .withDevice:
        if side == .live, case .inPlace = change?.persistent ?? .withDevice, wanted.sides != .live {
          nextBoot.append(difference)
        } else {
          replacements.append(difference)
        }
      }
    }
    for difference in nextBoot { pend(device, difference) }
    if !replacements.isEmpty {
      replace(device, present, element, side, replacements)
    } else if !updates.isEmpty {
      update(device, present, side, updates)
    }
  }

  /// An explicit address that differs from the held one is refused, never moved (R12).
  private mutating func refuseMove(_ device: BoundDevice, _ present: Device, _ side: Side) {
    guard let address = device.wanted.address, let slot = present.slot, address != slot else { return }
    refuse(
      device,
      FieldDifference(path: "address", wanted: address.description, found: slot.description), "needs-redefine",
      "a device never moves: the guest knows it by its slot", wouldTake: "remove the device and add it anew")
  }

  /// Takes out what the document does not ask for: fields that block jobs, snapshots and guests move by themselves
  /// while the document is unchanged (R7), and everything where the document only wants a report (R8).
  private mutating func withoutDrift(
    _ differences: [FieldDifference], _ device: BoundDevice, _ side: Side
  ) -> [FieldDifference] {
    guard let known = device.known, known.content == device.wanted.contentDigest else { return differences }
    return differences.filter { difference in
      let moved = device.wanted.kind.moving.contains(difference.path)
      guard moved || input.wanted.drift == .report else { return true }
      plan.drift.append(
        Drift(
          device: device.wanted.id, path: difference.path.text, side: side, was: difference.wanted,
          found: difference.found, by: "foreign"))
      return false
    }
  }

  private mutating func update(
    _ device: BoundDevice, _ present: Device, _ side: Side, _ differences: [FieldDifference]
  ) {
    let wanted = device.wanted
    if let reason = wanted.kind.update[side].refusal(for: present.element, libvirt: input.host.libvirt) {
      return replaceOrRefuse(device, differences, reason)
    }
    // The full element of the same side: what an update leaves out, libvirt resets (a link goes up, an address is
    // chosen anew).
    var draft = ElementDraft(present.element)
    for field in wanted.kind.restated where field.when.holds(for: present.element, libvirt: input.host.libvirt) {
      draft.set(field.path, field.value)
    }
    for difference in differences { draft.set(difference.path, difference.wanted) }
    let words = differences.map { "\($0.path): \($0.found ?? "nothing") → \($0.wanted)" }.joined(separator: ", ")
    steps.updates.append(
      Step(
        .update, .device(wanted.id), kind: wanted.kind.name, side: side,
        effect: side == .live || input.live == nil ? .live : .nextBoot, slot: present.slot,
        guestPath: present.slot.flatMap(guestPath), xml: draft.xml, reason: words, changes: differences))
  }

  /// A detach and an attach at the same slot, where the document allows it. On the persistent side an update is one
  /// call and keeps the order of devices (T16), wherever libvirt has one.
  private mutating func replace(
    _ device: BoundDevice, _ present: Device, _ element: Element, _ side: Side, _ differences: [FieldDifference]
  ) {
    let wanted = device.wanted
    guard wanted.replaceAllowed else {
      return replaceOrRefuse(device, differences, "it can change only by detaching and attaching the device")
    }
    guard wanted.bootOrder == nil, present.bootOrder == nil, !isProtected(device) else {
      return replaceOrRefuse(device, differences, "a protected device or one with a boot order is never detached")
    }
    let xml = composer.compose(
      element, kind: wanted.kind, id: wanted.id, alias: device.alias, slot: present.slot, bootOrder: nil)
    let words = differences.map(\.path.text).joined(separator: ", ")
    if side == .persistent,
      wanted.kind.update.persistent.refusal(for: present.element, libvirt: input.host.libvirt) == nil,
      !differences.contains(where: { wanted.kind.identity.first?.paths.contains($0.path) ?? false })
    {
      steps.updates.append(
        Step(
          .update, .device(wanted.id), kind: wanted.kind.name, side: side, effect: .live, slot: present.slot,
          guestPath: present.slot.flatMap(guestPath), xml: xml, reason: "replaced: \(words)", changes: differences))
      return
    }
    detach(wanted.id, present, side, waitsFor: nil, reason: "replaced: \(words)")
    steps.attaches.append(
      Step(
        .attach, .device(wanted.id), kind: wanted.kind.name, side: side, effect: side == .live ? .guest : .live,
        slot: present.slot, guestPath: present.slot.flatMap(guestPath), xml: xml,
        reason: "replaced at its slot: \(words)", waitsFor: side == .live ? wanted.id : nil))
  }

  private mutating func replaceOrRefuse(_ device: BoundDevice, _ differences: [FieldDifference], _ reason: String) {
    for difference in differences {
      refuse(
        device, difference, "needs-replace", reason,
        wouldTake: device.wanted.replaceAllowed ? "a new device with an id of its own" : "`replace: allowed`")
    }
  }

  private mutating func refuse(
    _ device: BoundDevice, _ difference: FieldDifference, _ code: Problem.Code, _ reason: String, wouldTake: String
  ) {
    let refusal = Refusal(
      code, target: .device(device.wanted.id), path: "\(device.wanted.path).\(difference.path)",
      wanted: difference.wanted, found: difference.found, reason: reason, wouldTake: wouldTake)
    unsettled.insert(device.wanted.id)
    if !plan.refused.contains(refusal) { plan.refused.append(refusal) }
  }

  private mutating func pend(_ device: BoundDevice, _ difference: FieldDifference) {
    plan.nextBoot.append(
      PendingChange(
        device: device.wanted.id, path: difference.path.text, now: difference.found, atNextBoot: difference.wanted,
        reason: "libvirt cannot change it while the domain runs"))
  }

  func isProtected(_ device: BoundDevice) -> Bool {
    device.wanted.isProtected || device.known?.isProtected ?? false
  }
}
