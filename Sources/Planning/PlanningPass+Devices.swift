import DomainXML
import Intent
import Vocabulary

extension PlanningPass {
  mutating func planDevice(_ device: BoundDevice) {
    let wanted = device.wanted
    if case .reference(let reference) = wanted.content, !device.isPresent {
      plan.refused.append(
        Refusal(
          "reference-missing", target: .device(wanted.id), path: wanted.path,
          wanted: "\(reference.kind) \(reference.value)", reason: "the document refers to a device that is not there",
          wouldTake: "look at `vmctl devices \(input.wanted.name)`"))
      return
    }
    if let pending = input.pendingUnplugs.first(where: { $0.id == wanted.id }) {
      plan.waiting.append(
        WaitingUnplug(
          device: wanted.id, slot: pending.slot, since: pending.since, isOverdue: pending.isOverdue,
          wantedAgain: true))
    }
    let missing = input.sides.filter { wanted.isWanted(on: $0) && device.devices[$0] == nil }
    let before = steps.all.count + plan.refused.count + plan.nextBoot.count + plan.drift.count
    for side in input.sides where wanted.isWanted(on: side) { compare(device, side) }
    repairSlot(device)
    if !missing.isEmpty, wanted.element != nil { attach(device, missing) }
    for side in input.sides where !wanted.isWanted(on: side) { dropFromSide(device, side) }
    if steps.all.count + plan.refused.count + plan.nextBoot.count + plan.drift.count == before { plan.unchanged += 1 }
  }

  // MARK: Attaching

  private mutating func attach(_ device: BoundDevice, _ missing: [Side]) {
    let wanted = device.wanted
    guard let element = wanted.element, preflight(wanted, element, missing) else { return }
    if input.wanted.drift == .report, let known = device.known, known.content == wanted.contentDigest {
      for side in missing {
        plan.drift.append(
          Drift(device: wanted.id, path: wanted.id.alias, side: side, was: "attached", found: nil, by: "foreign"))
      }
      return
    }
    guard let slot = chooseSlot(device, element, missing) else { return }
    let xml = composer.compose(
      element, kind: wanted.kind, id: wanted.id, alias: device.alias, slot: slot.value, bootOrder: wanted.bootOrder)
    for side in missing {
      if side == .live, !changesLive { continue }
      if let reason = wanted.kind.attach[side].refusal(for: element, libvirt: input.host.libvirt) {
        refuseAttach(device, side, missing, reason)
        continue
      }
      let other = side == .live ? device.devices.persistent : device.devices.live
      let reason =
        other != nil
        ? "present on the other side only; the \(side.rawValue) side is repaired at the same slot"
        : "wanted and absent from the \(side.rawValue) \(side == .live ? "domain" : "definition")"
      steps.attaches.append(
        Step(
          .attach, .device(wanted.id), kind: wanted.kind.name, side: side,
          effect: side == .live || input.live == nil || missing.contains(.live) || device.devices.live != nil
            ? .live : .nextBoot,
          slot: slot.value, guestPath: slot.value.flatMap(guestPath), xml: xml, reason: reason))
    }
  }

  private mutating func refuseAttach(_ device: BoundDevice, _ side: Side, _ missing: [Side], _ reason: String) {
    let wanted = device.wanted
    let persistentHasIt = device.devices.persistent != nil || missing.contains(.persistent)
    if side == .live, persistentHasIt, wanted.sides != .live {
      plan.nextBoot.append(
        PendingChange(
          device: wanted.id, path: wanted.id.text, now: nil, atNextBoot: "attached", reason: reason))
    } else {
      plan.refused.append(
        Refusal(
          "cannot-attach", target: .device(wanted.id), path: wanted.path, wanted: wanted.kind.name,
          reason: reason, wouldTake: "a new domain"))
    }
  }

  /// Everything outside libvirt that an attach depends on (T15: libvirt takes a disk without a file, and the next
  /// start fails).
  private mutating func preflight(_ wanted: WantedDevice, _ element: Element, _ sides: [Side]) -> Bool {
    let before = plan.refused.count
    plan.refused += Preflight.refusals(wanted, element, input.host)
    for unique in wanted.kind.unique {
      guard let value = element.value(at: unique.path) else { continue }
      let form = wanted.kind.field(at: unique.path)?.form ?? .text
      for side in sides {
        guard let definition = input.definition(side) else { continue }
        let holder = definition.devices.first { other in
          other.kind === wanted.kind
            && other.element.value(at: unique.path).map(form.normalised) == form.normalised(value)
        }
        guard let holder, !isLeaving(holder, side) else { continue }
        plan.refused.append(
          Refusal(
            "target-taken", target: .device(wanted.id), path: wanted.path + "." + unique.path.text,
            wanted: value, found: holder.alias ?? "a device without an alias",
            reason: "the \(unique.word) \(value) is taken on the \(side.rawValue) side by a device that "
              + (holder.id.map { "has the id '\($0)'" } ?? "no id names"),
            wouldTake: "choose another \(unique.word), or bind the id to that device with `reference:`"))
        break
      }
    }
    return plan.refused.count == before
  }

  /// Whether a device is about to be detached by this very plan.
  private func isLeaving(_ device: Device, _ side: Side) -> Bool {
    removed.contains { !$0.isReference && $0.deviceAlias == device.alias }
  }

  private struct ChosenSlot { let value: Slot? }

  /// The slot of a device that is to be attached: where the other side has it, what the document says, where it was
  /// before, or the first that is free on all sides. `nil` where there is none, which is then a refusal.
  private mutating func chooseSlot(_ device: BoundDevice, _ element: Element, _ missing: [Side]) -> ChosenSlot? {
    let wanted = device.wanted
    let present = device.devices.live ?? device.devices.persistent
    if let present { return slotOfOtherSide(device, present, missing) }
    guard let kind = wanted.kind.slotKind(of: element, libvirt: input.host.libvirt) else {
      return ChosenSlot(value: wanted.address)
    }
    if let address = wanted.address {
      guard allocator.isFree(address) else {
        plan.refused.append(
          Refusal(
            "slot-taken", target: .device(wanted.id), path: wanted.path + ".address", wanted: address.description,
            reason: "the slot is taken", wouldTake: "leave `address` out: vmctl chooses a free one"))
        return nil
      }
      allocator.take(address)
      return ChosenSlot(value: address)
    }
    ensureController(wanted, element)
    let own = input.heldSlots[wanted.id] ?? input.managed.tombstones.last { $0.id == wanted.id }?.slot
    if let own, allocator.isFree(own), allocator.exists(own) {
      allocator.take(own)
      return ChosenSlot(value: own)
    }
    needed[kind, default: 0] += 1
    guard let slot = allocator.allocate(kind, for: wanted.id) else {
      refuseCapacity(kind)
      return nil
    }
    return ChosenSlot(value: slot)
  }

  private mutating func slotOfOtherSide(_ device: BoundDevice, _ present: Device, _ missing: [Side]) -> ChosenSlot? {
    guard let slot = present.slot else { return ChosenSlot(value: nil) }
    for side in missing {
      guard let holder = input.definition(side)?.slots[slot], holder.alias != device.alias else { continue }
      plan.refused.append(
        Refusal(
          "slot-taken", target: .device(device.wanted.id), path: device.wanted.path, wanted: slot.description,
          found: holder.alias ?? holder.kind.name,
          reason: "the slot that the device has on the other side is taken on the \(side.rawValue) side",
          wouldTake: "detach the other device first; a device never moves"))
      return nil
    }
    return ChosenSlot(value: slot)
  }

  func guestPath(_ slot: Slot) -> GuestPath? {
    guard case .pci(let address) = slot else { return nil }
    return input.leading?.pci.guestPath(of: address)
  }

  /// A SCSI controller that is missing is a step of its own before its disks (T14). Others cannot be added live.
  private mutating func ensureController(_ wanted: WantedDevice, _ element: Element) {
    for need in wanted.kind.controller where need.when?.holds(for: element, libvirt: input.host.libvirt) ?? true {
      guard !allocator.hasController(need.type), !addedControllers.contains(need.type) else { continue }
      addedControllers.insert(need.type)
      var draft = ElementDraft("controller")
      draft.set(attribute: "type", need.type)
      draft.set(attribute: "index", "0")
      if let model = need.model { draft.set(attribute: "model", model) }
      let document = try? DomainDocument(draft.xml)
      let missing = input.sides.filter { side in
        !(input.definition(side)?.devices ?? []).contains {
          $0.kind === DeviceKind.controller && $0.element["type"] == need.type
        }
      }
      if let root = document?.root, missing.contains(.live),
        let reason = DeviceKind.controller.attach.live.refusal(for: root, libvirt: input.host.libvirt)
      {
        plan.refused.append(
          Refusal(
            "cannot-attach", target: .device(wanted.id), path: wanted.path,
            reason: "there is no \(need.type) controller, and \(reason)",
            wouldTake: "a new domain, or the next cold boot"))
        continue
      }
      guard let slot = allocator.allocate(.pci, for: nil) else {
        refuseCapacity(.pci)
        continue
      }
      draft.replaceChild("address", attributes: slot.addressAttributes)
      for side in missing where side == .persistent || changesLive {
        steps.controllers.append(
          Step(
            .attach, .controller("\(need.type) 0"), kind: "controller", side: side, effect: .live, slot: slot,
            guestPath: guestPath(slot), xml: draft.xml,
            reason: "'\(wanted.id)' needs a \(need.type) controller, and libvirt would choose one by itself"))
      }
      allocator.addController(need.type, model: need.model ?? "")
    }
  }

  private mutating func refuseCapacity(_ kind: SlotRule.Kind) {
    let name = kind.words
    guard !plan.refused.contains(where: { $0.code == "slots-short" && $0.path == name }) else { return }
    let wanting = bound.filter { device in
      !device.isPresent
        && device.wanted.element.flatMap { device.wanted.kind.slotKind(of: $0, libvirt: input.host.libvirt) } == kind
    }
    let free = SlotAllocator(input.sides.compactMap { input.definition($0) }).free(kind)
    plan.capacity[name] = Capacity(free: free, needed: wanting.count)
    plan.refused.append(
      Refusal(
        "slots-short", path: name, wanted: "\(wanting.count) \(name) slots", found: "\(free) free",
        reason: "there is no room: \(wanting.map(\.wanted.id.text).joined(separator: ", ")) need \(wanting.count) "
          + "\(name) slots and \(free) are free",
        wouldTake: "remove devices, or create the domain with more rootPorts"))
  }

  // MARK: One side only

  /// A device that is wanted on one side and present on the other too.
  private mutating func dropFromSide(_ device: BoundDevice, _ side: Side) {
    guard let present = device.devices[side], !(side == .live && !changesLive) else { return }
    detach(device.wanted.id, present, side, waitsFor: nil, reason: "wanted on the other side only")
  }

  /// A device whose slots differ: the running guest has seen the live one (R20).
  private mutating func repairSlot(_ device: BoundDevice) {
    guard let live = device.devices.live, let persistent = device.devices.persistent, let wanted = live.slot,
      let found = persistent.slot, wanted != found
    else { return }
    if case .dimm = wanted { return }
    let kind = device.wanted.kind
    let taken = input.persistent?.slots[wanted]
    if kind.updateMovesSlot, taken == nil {
      var draft = ElementDraft(persistent.element)
      draft.replaceChild("address", attributes: wanted.addressAttributes)
      steps.persistent.append(
        Step(
          .update, .device(device.wanted.id), kind: kind.name, side: .persistent, effect: .live, slot: wanted,
          guestPath: guestPath(wanted), xml: draft.xml,
          reason: "the definition has the device at \(found), the running guest sees it at \(wanted)"))
    } else {
      plan.drift.append(
        Drift(
          device: device.wanted.id, path: "address", side: .persistent, was: wanted.description,
          found: found.description, by: "foreign"))
    }
  }
}

extension SlotRule.Kind {
  /// The name of the kind in plans.
  package var words: String {
    switch self {
    case .pci: "pci"
    case .drive(let interface): interface
    case .usb: "usb"
    case .virtioSerial: "virtio-serial"
    }
  }
}
