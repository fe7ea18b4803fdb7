import DomainXML
import Faults
import Intent
import Vocabulary

extension PlanningPass {
  /// R5: an id that only changed its name must not cost the guest its device.
  mutating func guardRenames() {
    for device in bound where device.known == nil && !device.isPresent {
      guard let element = device.wanted.element else { continue }
      let keys = Set(Device(element, kind: device.wanted.kind).naturalKeys)
      for other in leaving where !other.binding.isReference {
        guard let old = other.leading, old.kind == device.wanted.kind else { continue }
        let same =
          keys.isEmpty
          ? Differ.differences(wanted: element, device: old.element, kind: old.kind).isEmpty
          : !keys.isDisjoint(with: old.naturalKeys)
        guard same else { continue }
        let id = other.binding.id
        refuse(
          Refusal(
            "renamed-id", target: .device(device.wanted.id), path: device.wanted.path, wanted: device.wanted.id.text,
            found: id.text,
            reason: "'\(device.wanted.id)' is new and '\(id)' is to be removed, but both are the same device "
              + "(\(keys.intersection(old.naturalKeys).sorted().first ?? "equal elements"))",
            wouldTake: "`was: \(id)` keeps the device and renames the id"))
      }
    }
  }

  // MARK: Guard rails

  /// R2: a document that lost its devices by mistake must not unplug a machine. What was allowed once is not asked
  /// about again.
  mutating func guardRemovals() {
    let going = leaving.filter { !$0.binding.isReference && $0.isPresent }
    guard !going.isEmpty else { return }
    let meant = input.wanted.removals.union(input.options.removals).union(input.pendingUnplugs.map(\.id))
    let unnamed = going.filter { !meant.contains($0.binding.id) && !$0.binding.isLeaving }
    for device in going {
      guard let why = protection(of: device) else { continue }
      refuse(
        Refusal(
          "protected", target: .device(device.binding.id), path: "spec.devices", wanted: "removed",
          reason: "'\(device.binding.id)' must not be removed: \(why)",
          wouldTake: "vmctl unprotect \(input.wanted.name) \(device.binding.id)"))
    }
    let applied = input.managed.bindings.filter { !$0.isReference }
    let allData = losesAllData(going)
    for device in unnamed where protection(of: device) == nil {
      let why: String
      if device.leading?.bootOrder != nil {
        why = "has a boot order"
      } else if allData, device.leading?.kind.holdsData ?? false {
        why = "is one of all the domain's disks"
      } else if going.count >= 2, going.count * 2 > applied.count {
        why = "is one of \(going.count) of \(applied.count) devices that would go"
      } else {
        continue
      }
      refuse(
        Refusal(
          "removal-not-meant", target: .device(device.binding.id), path: "spec.devices", wanted: "removed",
          reason: "removing '\(device.binding.id)' may be a mistake: it \(why)",
          wouldTake: "name it in spec.removals, or say --remove \(device.binding.id)"))
    }
  }

  /// Whether no disk with an id would be left.
  private func losesAllData(_ going: [LeavingDevice]) -> Bool {
    going.contains { $0.leading?.kind.holdsData ?? false } && !bound.contains { $0.leading?.kind.holdsData ?? false }
  }

  private func protection(of device: LeavingDevice) -> String? {
    if PlantedBug.is(.ignoresProtection) { return nil }
    if device.binding.isProtected { return "it is protected" }
    return device.binding.id == bootDisk ? Refusal.bootDiskIsProtected : nil
  }

  /// R17: the disk that the domain boots from, unless its protection was taken away.
  var bootDisk: DeviceID? {
    let present = bound.map { ($0.wanted.id, $0.leading) } + leaving.map { ($0.binding.id, $0.leading) }
    let disks = present.compactMap { id, device -> (id: DeviceID, order: UInt64)? in
      guard let device, device.kind.holdsData, let order = device.bootOrder else { return nil }
      return (id, order)
    }
    guard let lowest = disks.min(by: { $0.order < $1.order })?.id else { return nil }
    return input.managed.unprotected.contains(lowest) ? nil : lowest
  }

  // MARK: Steps

  /// R3: what was applied and is no longer named leaves: first the running guest, then the definition.
  mutating func planRemovals() {
    for device in leaving where !device.binding.isReference && device.isPresent { planRemoval(device) }
  }

  private mutating func planRemoval(_ device: LeavingDevice) {
    let id = device.binding.id
    let reason = "applied before and no longer named"
    if let persistent = device.devices.persistent, isUndetachable(persistent, .persistent) {
      return refuseDetach(id, persistent, .persistent)
    }
    let pending = input.pendingUnplugs.first { $0.id == id }
    var guestHolds = false
    if let live = device.devices.live, changesLive {
      if let pending, !pending.isDue {
        guestHolds = true
        plan.waiting.append(
          Waiting(
            target: .device(id), slot: pending.slot, since: pending.since, isOverdue: pending.isOverdue,
            wantedAgain: false))
      } else if isUndetachable(live, .live) {
        guard input.persistent != nil else { return refuseDetach(id, live, .live) }
        plan.nextBoot.append(
          PendingChange(
            target: .device(id), path: id.text, now: "attached", atNextBoot: nil,
            reason: live.kind.detach.live.refusal(for: live.element, libvirt: input.host.libvirt) ?? ""))
      } else {
        guestHolds = true
        steps.detaches.append(detachStep(id, live, .live, waitsFor: nil, reason: reason))
      }
    }
    if let slot = device.leading?.slot, guestHolds || device.devices.live == nil {
      slots.free(
        SlotBook.Freed(
          slot: slot, id: id, alias: device.leading?.alias ?? device.binding.deviceAlias, waits: guestHolds))
    }
    guard let persistent = device.devices.persistent else { return }
    if PlantedBug.is(.forgetsDefinition), device.devices.live == nil, input.live != nil { return }
    let isGivenUp = pending.map { $0.isOverdue && $0.otherwise == .nextBoot } ?? false
    // While an unplug is pending only its end, or its deadline, brings the definition's turn.
    if let pending, !pending.isDue, guestHolds, !isGivenUp { return }
    let waits = guestHolds && !isGivenUp && !PlantedBug.is(.definitionFirst)
    steps.detaches.append(
      detachStep(
        id, persistent, .persistent, waitsFor: waits ? id : nil,
        reason: waits ? "when the guest has let go of it on the live side" : reason))
  }

  func isUndetachable(_ device: Device, _ side: Side) -> Bool {
    device.kind.detach[side].refusal(for: device.element, libvirt: input.host.libvirt) != nil
  }

  mutating func refuseDetach(_ id: DeviceID, _ device: Device, _ side: Side) {
    unsettled.insert(id)
    refuse(
      Refusal(
        "cannot-detach", target: .device(id), path: "spec.devices", wanted: "removed",
        reason: device.kind.detach[side].refusal(for: device.element, libvirt: input.host.libvirt)
          ?? "libvirt cannot detach it",
        wouldTake: "a new domain"))
  }

  /// A detach on one side. What cannot be detached live goes from the definition, and from the guest at the next boot.
  mutating func detach(_ id: DeviceID, _ device: Device, _ side: Side, reason: String) {
    guard isUndetachable(device, side) else {
      steps.detaches.append(detachStep(id, device, side, waitsFor: nil, reason: reason))
      return
    }
    refuseDetach(id, device, side)
  }

  func detachStep(_ id: DeviceID, _ device: Device, _ side: Side, waitsFor: DeviceID?, reason: String) -> Step {
    Step(
      .detach, .device(id), kind: device.kind.name, side: side,
      effect: side == .live && device.kind.detachNeedsGuest ? .guest : .live, slot: device.slot,
      guestPath: device.slot.flatMap(guestPath), xml: device.element.source, reason: reason, waitsFor: waitsFor,
      waitsForAlias: waitsFor == nil ? nil : device.alias)
  }
}

extension Refusal {
  static let bootDiskIsProtected = "it is the disk that the guest boots from, which is protected by default"
}
