import DomainXML
import Intent
import Vocabulary

extension PlanningPass {
  /// R5: an id that only changed its name must not cost the guest its device.
  mutating func guardRenames() {
    for device in bound where device.known == nil && !device.isPresent {
      guard let element = device.wanted.element else { continue }
      let keys = Set(Device(element, kind: device.wanted.kind).naturalKeys)
      for binding in removed {
        guard let old = find(binding), old.kind === device.wanted.kind else { continue }
        let same =
          keys.isEmpty
          ? Differ.differences(wanted: element, device: old.element, kind: old.kind).isEmpty
          : !keys.isDisjoint(with: old.naturalKeys)
        guard same else { continue }
        plan.refused.append(
          Refusal(
            "renamed-id", target: .device(device.wanted.id), path: device.wanted.path, wanted: device.wanted.id.text,
            found: binding.id.text,
            reason: "'\(device.wanted.id)' is new and '\(binding.id)' is to be removed, but both are the same device "
              + "(\(keys.intersection(old.naturalKeys).sorted().first ?? "equal elements"))",
            wouldTake: "`was: \(binding.id)` keeps the device and renames the id"))
      }
    }
  }

  /// R2: a document that lost its devices by mistake must not unplug a machine.
  mutating func guardRemovals() {
    let leaving = removed.filter { !$0.isReference && find($0) != nil }
    guard !leaving.isEmpty else { return }
    let named = input.wanted.removals.union(input.options.removals)
    var refusedIDs: [(ManagedState.Binding, String)] = []
    let boot = lowestBootDisk()
    for binding in leaving {
      if binding.isProtected || binding.id == boot {
        let why =
          binding.isProtected ? "protected" : "the disk that the guest boots from, which is protected by default"
        plan.refused.append(
          Refusal(
            "protected", target: .device(binding.id), path: "spec.devices", wanted: "removed",
            reason: "'\(binding.id)' is \(why)",
            wouldTake: "vmctl unprotect \(input.wanted.name) \(binding.id)"))
        continue
      }
      guard !named.contains(binding.id) else { continue }
      if find(binding)?.bootOrder != nil { refusedIDs.append((binding, "has a boot order")) }
    }
    let unnamed = leaving.filter { !named.contains($0.id) }
    let applied = input.managed.bindings.filter { !$0.isReference }
    let disks = applied.filter { find($0)?.kind === DeviceKind.disk }
    let losesEveryDisk = !disks.isEmpty && disks.allSatisfy { disk in leaving.contains { $0.id == disk.id } }
    if losesEveryDisk {
      for binding in unnamed where find(binding)?.kind === DeviceKind.disk {
        refusedIDs.append((binding, "is one of all the domain's disks"))
      }
    }
    if leaving.count >= 2, leaving.count * 2 > applied.count {
      for binding in unnamed {
        refusedIDs.append((binding, "is one of \(leaving.count) of \(applied.count) devices that would go"))
      }
    }
    var seen: Set<DeviceID> = []
    for (binding, why) in refusedIDs where seen.insert(binding.id).inserted {
      plan.refused.append(
        Refusal(
          "removal-not-meant", target: .device(binding.id), path: "spec.devices", wanted: "removed",
          reason: "removing '\(binding.id)' may be a mistake: it \(why)",
          wouldTake: "name it in spec.removals, or say --remove \(binding.id)"))
    }
  }

  /// The disk that the domain boots from, unless its protection was taken away.
  private func lowestBootDisk() -> DeviceID? {
    let disks = input.managed.bindings.compactMap { binding -> (DeviceID, UInt64)? in
      guard let device = find(binding), device.kind === DeviceKind.disk, let order = device.bootOrder else {
        return nil
      }
      return (binding.id, order)
    }
    guard let lowest = disks.min(by: { $0.1 < $1.1 })?.0 else { return nil }
    return input.managed.unprotected.contains(lowest) ? nil : lowest
  }

  /// R3: what was applied and is no longer named leaves: first the running guest, then the definition.
  mutating func planRemovals() {
    for binding in removed where !binding.isReference {
      let live = input.live.flatMap { PlanningPass.find(binding, in: $0) }
      let persistent = input.persistent.flatMap { PlanningPass.find(binding, in: $0) }
      let pending = input.pendingUnplugs.first { $0.id == binding.id }
      if let live, changesLive {
        if let pending {
          plan.waiting.append(
            WaitingUnplug(
              device: binding.id, slot: pending.slot, since: pending.since, isOverdue: pending.isOverdue,
              wantedAgain: false))
        } else {
          detach(binding.id, live, .live, waitsFor: nil, reason: "applied before and no longer named")
        }
      }
      guard let persistent else { continue }
      let released = live == nil || !changesLive
      let givenUp = pending.map { $0.isOverdue && $0.otherwise == .nextBoot } ?? false
      if pending != nil, !released, !givenUp { continue }
      detach(
        binding.id, persistent, .persistent, waitsFor: released || givenUp ? nil : binding.id,
        reason: released
          ? "applied before and no longer named" : "when the guest has let go of it on the live side")
    }
  }

  mutating func detach(_ id: DeviceID, _ device: Device, _ side: Side, waitsFor: DeviceID?, reason: String) {
    if let refusal = device.kind.detach[side].refusal(for: device.element, libvirt: input.host.libvirt) {
      if side == .live, input.persistent != nil {
        plan.nextBoot.append(
          PendingChange(device: id, path: id.text, now: "attached", atNextBoot: nil, reason: refusal))
      } else {
        plan.refused.append(
          Refusal(
            "cannot-detach", target: .device(id), path: "spec.devices", wanted: "removed", reason: refusal,
            wouldTake: "a new domain"))
      }
      return
    }
    let guest = side == .live && device.kind.detachNeedsGuest
    steps.detaches.append(
      Step(
        .detach, .device(id), kind: device.kind.name, side: side, effect: guest ? .guest : .live, slot: device.slot,
        guestPath: device.slot.flatMap(guestPath), xml: device.element.source, reason: reason, waitsFor: waitsFor))
  }

  private func find(_ binding: ManagedState.Binding) -> Device? {
    for side in input.sides {
      if let definition = input.definition(side), let device = PlanningPass.find(binding, in: definition) {
        return device
      }
    }
    return nil
  }
}
