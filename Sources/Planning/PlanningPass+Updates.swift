import DomainXML
import Intent
import Vocabulary

/// The steps that make a present device what is stated of it.
extension PlanningPass {
  /// Plans the changes of one device on one side. `slot`: where the definition's device is to stand, because the
  /// running guest sees it there.
  mutating func change(
    _ device: BoundDevice, _ element: Element, _ side: Side, updates: [FieldDifference],
    replacements: [FieldDifference], slot: Slot?
  ) {
    guard let present = device.devices[side] else { return }
    if !replacements.isEmpty {
      replace(device, element, present, side, updates + replacements, slot: slot)
    } else if !updates.isEmpty || slot != nil {
      update(device, present, side, updates, slot: slot)
    }
  }

  private mutating func update(
    _ device: BoundDevice, _ present: Device, _ side: Side, _ differences: [FieldDifference], slot: Slot?
  ) {
    let wanted = device.wanted
    let calls = differences.filter { wanted.kind.change(at: $0.path)[side].family != nil }
    if !calls.isEmpty { set(device, present, side, calls) }
    let differences = differences.filter { !calls.contains($0) }
    if differences.isEmpty, slot == nil { return }
    // The full element of the same side: what an update leaves out, libvirt resets (a link goes up, an address is
    // chosen anew).
    var draft = ElementDraft(present.element)
    for difference in differences { draft.set(difference.path, difference.wanted) }
    // Judged as it is to be: what calls for it may come with these differences, as where another tool's update has made
    // libvirt forget a card's network.
    if !wanted.kind.restated.isEmpty, let root = try? DomainDocument(draft.xml).root {
      for field in wanted.kind.restated where field.when.holds(for: root, libvirt: input.host.libvirt) {
        draft.set(field.path, field.value)
      }
    }
    var words = differences.map { "\($0.path): \($0.found ?? "nothing") → \($0.wanted)" }
    if let slot {
      draft.replaceChild("address", attributes: slot.addressAttributes)
      words.append("the definition has it at \(present.slot?.description ?? "no slot"), the guest sees it at \(slot)")
    }
    let place = slot ?? present.slot
    let step = Step(
      .update, .device(wanted.id), kind: wanted.kind.name, side: side,
      effect: side == .live || isSeenLive(device, differences) ? .live : .nextBoot, slot: place,
      guestPath: place.flatMap(guestPath), xml: draft.xml, reason: words.joined(separator: ", "), changes: differences)
    if differences.isEmpty { steps.persistent.append(step) } else { steps.updates.append(step) }
  }

  /// Fields that have a call of their own: all of one call together, with what the device has of them already, because
  /// libvirt takes what is left out for none.
  private mutating func set(
    _ device: BoundDevice, _ present: Device, _ side: Side, _ differences: [FieldDifference]
  ) {
    let kind = device.wanted.kind
    guard let key = kind.identity.first?.paths.first.flatMap({ present.element.value(at: $0) }) else { return }
    for family in SettingCall.Family.allCases {
      let own = differences.filter { kind.change(at: $0.path)[side].family == family }
      guard !own.isEmpty else { continue }
      var draft = ElementDraft(present.element)
      for difference in own { draft.set(difference.path, difference.wanted) }
      let parameters = kind.fields.compactMap { field -> TypedParameter? in
        guard case .call(family, let name, let type) = field.change[side] else { return nil }
        let value = own.first { $0.path == field.path }?.wanted ?? present.element.value(at: field.path)
        return value.map { TypedParameter(name, type, field.form.normalised($0)) }
      }
      steps.settings.append(
        Step(
          .set, .device(device.wanted.id), kind: kind.name, side: side, effect: .live, slot: present.slot,
          guestPath: present.slot.flatMap(guestPath), xml: draft.xml,
          setting: .parameters(family, of: key, parameters),
          reason: own.map { "\($0.path): \($0.found ?? "nothing") → \($0.wanted)" }.joined(separator: ", "),
          changes: own))
    }
  }

  /// Whether the running guest has these values, or gets them with this plan.
  private func isSeenLive(_ device: BoundDevice, _ differences: [FieldDifference]) -> Bool {
    guard input.live != nil else { return true }
    let pending = Set(plan.nextBoot.lazy.filter { $0.target == .device(device.wanted.id) }.map(\.path))
    return changesLive && differences.allSatisfy { !pending.contains($0.path.text) }
  }

  /// A detach and an attach at the same slot, where the document allows it. On the persistent side an update is one
  /// call and keeps the order of devices (T16), wherever libvirt has one; else both come last, back to back.
  private mutating func replace(
    _ device: BoundDevice, _ element: Element, _ present: Device, _ side: Side, _ differences: [FieldDifference],
    slot: Slot?
  ) {
    let wanted = device.wanted
    let place = slot ?? present.slot
    let xml = composer.compose(
      element, kind: wanted.kind, id: wanted.id, alias: device.alias, slot: place, bootOrder: nil,
      like: present.element)
    let words = differences.map(\.path.text).joined(separator: ", ")
    // The definition follows when the running guest has let go.
    let waits = side == .persistent && steps.detaches.contains { $0.target == .device(wanted.id) && $0.side == .live }
    let key = wanted.kind.identity.first?.paths ?? []
    if side == .persistent, !differences.contains(where: { key.contains($0.path) }),
      wanted.kind.update.persistent.refusal(for: present.element, libvirt: input.host.libvirt) == nil
    {
      steps.persistent.append(
        Step(
          .update, .device(wanted.id), kind: wanted.kind.name, side: side, effect: .live, slot: place,
          guestPath: place.flatMap(guestPath), xml: xml, reason: "replaced: \(words)", changes: differences,
          waitsFor: waits ? wanted.id : nil, waitsForAlias: waits ? device.alias : nil))
      return
    }
    let isLive = side == .live
    if present.kind.detach[side].refusal(for: present.element, libvirt: input.host.libvirt) != nil {
      // The definition's is replaced all the same: the guest gets the new one at the next boot.
      if isLive, input.persistent != nil {
        for difference in differences { pend(device, difference) }
      } else {
        refuseDetach(wanted.id, present, side)
      }
      return
    }
    let detach = detachStep(
      wanted.id, present, side, waitsFor: waits ? wanted.id : nil, reason: "replaced: \(words)")
    let attach = Step(
      .attach, .device(wanted.id), kind: wanted.kind.name, side: side, effect: .live, slot: place,
      guestPath: place.flatMap(guestPath), xml: xml, reason: "replaced at its slot: \(words)", changes: differences,
      waitsFor: isLive || waits ? wanted.id : nil, waitsForAlias: isLive || waits ? device.alias : nil)
    if isLive {
      steps.detaches.append(detach)
      steps.attaches.append(attach)
    } else {
      steps.persistent += [detach, attach]
    }
  }

  // MARK: Slots

  /// The slot that the definition's device should have: the running guest has seen the live one (R20). `nil` where
  /// they agree, or where it cannot be moved, which is then reported.
  mutating func slotToRepair(_ device: BoundDevice) -> Slot? {
    guard let live = device.devices.live, let persistent = device.devices.persistent,
      !live.hasAddress(of: persistent), let wanted = live.slot, let found = persistent.slot, wanted != found,
      wanted.isRepairable
    else { return nil }
    if device.wanted.kind.placedLate, case .dimm(let number, .some) = wanted, case .dimm(number, .none) = found {
      writeDown(wanted, of: device, persistent)
      return nil
    }
    let isFree = !(input.persistent?.devices.contains { $0.slot == wanted } ?? false)
    let hasBus = wanted.controller.map { name in
      input.persistent.map { SlotAllocator([$0]).hasController(name.type, name.index) } ?? false
    }
    if device.wanted.kind.updateMovesSlot, isFree, hasBus ?? true, !isProtected(device) { return wanted }
    plan.drift.append(
      Drift(
        device: device.wanted.id, path: "address", side: .persistent, was: wanted.description,
        found: found.description, by: "foreign"))
    return nil
  }

  /// Puts the place that QEMU chose into the definition, so that the guest finds the device there again (T9). No
  /// update finds the device, so it is taken out and put back; of several each goes to the end in turn, and their order
  /// stays.
  private mutating func writeDown(_ slot: Slot, of device: BoundDevice, _ present: Device) {
    guard !isProtected(device) else { return }
    if input.isFreshlyAdopted {
      // Adoption writes metadata and nothing else; the first document of the domain's own does this.
      plan.notes.append(
        "'\(device.wanted.id)' is at \(slot), and the definition does not say so: the next document writes it down (T9)"
      )
      return
    }
    var draft = ElementDraft(present.element)
    draft.replaceChild("address", attributes: slot.addressAttributes)
    let reason = "the running domain has it at \(slot), and without that it would move at the next boot"
    steps.persistent += [
      detachStep(device.wanted.id, present, .persistent, waitsFor: nil, reason: reason),
      Step(
        .attach, .device(device.wanted.id), kind: device.wanted.kind.name, side: .persistent, effect: .live, slot: slot,
        xml: draft.xml, reason: reason),
    ]
  }

  // MARK: Boot orders

  /// libvirt refuses an order that is in use (T4), so a device that gives one up goes before the one that gets it.
  /// Where they go round in a circle, one of them waits at a number that nobody has (R6).
  mutating func orderBootChanges() {
    let isChange: (Step) -> Bool = { step in step.changes.contains { $0.path == "boot/@order" } }
    guard steps.updates.count(where: isChange) > 1 else { return }
    var waiting = steps.updates.filter(isChange)
    var ordered = steps.updates.filter { !isChange($0) }
    var parked: Set<Step.Target> = []
    while !waiting.isEmpty {
      let held = Dictionary(
        waiting.map { (BootPlace($0.side, $0.bootChange?.found), $0.target) }, uniquingKeysWith: { first, _ in first })
      let ready = waiting.firstIndex { step in
        let holder = held[BootPlace(step.side, step.bootChange?.wanted)]
        return holder == nil || holder == step.target
      }
      if let ready {
        ordered.append(waiting.remove(at: ready))
      } else if parked.insert(waiting[0].target).inserted, let step = park(&waiting[0]) {
        ordered.append(step)
      } else {
        break
      }
    }
    steps.updates = ordered
    for step in waiting { refuseCycle(step) }
  }

  /// A step before the step: the device gives its order up for one that is free.
  private func park(_ step: inout Step) -> Step? {
    guard let side = step.side, let change = step.bootChange, let xml = step.xml,
      let element = try? DomainDocument(xml).root
    else { return nil }
    let taken = (input.definition(side)?.devices ?? []).compactMap(\.bootOrder) + bound.compactMap(\.wanted.bootOrder)
    let free = String((taken.max() ?? 0) + 1)
    var draft = ElementDraft(element)
    draft.replaceChild("boot", attributes: [("order", free)])
    let way = FieldDifference(path: change.path, wanted: free, found: change.found)
    step.changes = step.changes.map {
      $0.path == change.path ? FieldDifference(path: $0.path, wanted: $0.wanted, found: free) : $0
    }
    return Step(
      .update, step.target, kind: step.kind, side: side, effect: step.effect, slot: step.slot,
      guestPath: step.guestPath,
      xml: draft.xml, reason: "gives its boot order up for the device that gets it", changes: [way])
  }

  private struct BootPlace: Hashable {
    let side: Side?
    let order: String?

    init(_ side: Side?, _ order: String?) {
      self.side = side
      self.order = order
    }
  }

  private mutating func refuseCycle(_ step: Step) {
    guard case .device(let id) = step.target, let change = step.bootChange else { return }
    unsettled.insert(id)
    refuse(
      Refusal(
        "boot-order-cycle", target: step.target, path: change.path.text, wanted: change.wanted, found: change.found,
        reason: "devices exchange their boot orders, and libvirt refuses an order that is in use",
        wouldTake: "give one of them a number that is free, apply, then give it its own"))
  }
}

extension Step {
  fileprivate var bootChange: FieldDifference? { changes.first { $0.path == "boot/@order" } }
}

extension Slot {
  /// Whether nothing of the place is left for QEMU to choose.
  var isWhole: Bool {
    if case .dimm(_, .none) = self { return false }
    return true
  }

  /// A DIMM that stands elsewhere in the definition is another one to a guest that hibernates.
  fileprivate var isRepairable: Bool {
    if case .dimm(_, .none) = self { return false }
    return true
  }
}
