import DomainXML
import Faults
import Intent
import Vocabulary

extension PlanningPass {
  // MARK: unlisted: remove (R4)

  /// Takes away what no id names, where I7 allows it; what stays is listed as ever.
  mutating func planUnlisted() {
    guard input.wanted.unlisted == .remove || PlantedBug.is(.removesStrangers) else { return }
    let going = [Side.live, .persistent].filter { $0 == .persistent || changesLive }.flatMap { side in
      unmanaged(side).filter { mayGo($0, side) }.map { (side, $0) }
    }
    guard !going.isEmpty else { return }
    let meant = input.wanted.removals.union(input.options.removals)
    if input.isFreshlyAdopted, !(PlanningInput.Options.unlisted.map(meant.contains) ?? false) {
      return refuse(
        Refusal(
          "unlisted", target: .domain, path: "spec.unlisted", wanted: "remove", found: "\(going.count) devices",
          reason:
            "it is the first document after the adoption, and \(going.count) devices would go that it does not name",
          wouldTake: "name them in spec.devices, or say --remove unlisted where that is meant"))
    }
    var held: Set<String> = []
    for (side, device) in going {
      let name = "\(device.kind.name) \(device.naturalKey ?? device.slot?.description ?? device.alias ?? "")"
      let target = Step.Target.unlisted(name)
      if side == .live, let pending = input.pendingRequests.first(where: { $0.target == target }) {
        held.insert(name)
        plan.waiting.append(
          Waiting(
            target: target, slot: device.slot, since: pending.since, isOverdue: pending.isOverdue, wantedAgain: false))
        continue
      }
      if side == .persistent, held.contains(name) { continue }
      if side == .live { held.insert(name) }
      // The definition follows when the guest has let go: the next plan sees that.
      steps.detaches.append(
        Step(
          .detach, target, kind: device.kind.name, side: side,
          effect: side == .live && device.kind.detachNeedsGuest ? .guest : .live, slot: device.slot,
          guestPath: device.slot.flatMap(guestPath), xml: device.element.source,
          reason: "no id names it, and the document wants such devices removed"))
    }
  }

  /// I7: what can be detached, that nothing depends on, that libvirt does not add by itself, and that carries no boot
  /// order. What could never be unplugged belongs to the machine that was made.
  private func mayGo(_ device: Device, _ side: Side) -> Bool {
    guard device.kind.provides.isEmpty, device.bootOrder == nil,
      !(device.kind.implicit?.holds(for: device.element, libvirt: input.host.libvirt) ?? false)
    else { return false }
    return !isUndetachable(device, side) && !isUndetachable(device, .live)
  }

  /// What is there and no id names: left alone (I7), and listed, each device once over both sides.
  mutating func listUnmanaged() {
    var found: [UnmanagedDevice] = []
    var devices: [Device] = []
    var others = unmanaged(.persistent)
    for device in unmanaged(.live) {
      // Both sides list their devices in the same order nearly always; what one lacks is made up for below.
      let isSame = others.first.map { $0.kind == device.kind && device.element.states($0.element) } ?? false
      if isSame { others.removeFirst() }
      devices.append(device)
      found.append(UnmanagedDevice(device, on: isSame ? [.live, .persistent] : [.live]))
    }
    guard !others.isEmpty else { return plan.unmanaged = found }
    var places: [Identity: Int] = [:]
    for (place, device) in found.enumerated() where device.sides == [.live] {
      places[Identity(device)] = places[Identity(device)] ?? place
    }
    for device in others {
      let other = UnmanagedDevice(device, on: [.persistent])
      if let place = places.removeValue(forKey: Identity(other)) {
        found[place] = UnmanagedDevice(devices[place], on: [.live, .persistent])
      } else {
        found.append(other)
      }
    }
    plan.unmanaged = found
  }

  private func unmanaged(_ side: Side) -> ArraySlice<Device> {
    guard let index = sides[side] else { return [] }
    return zip(index.definition.devices, index.isManaged).lazy.filter { !$0.1 }.map(\.0)[...]
  }

  private struct Identity: Hashable {
    let kind: String
    let key: String?
    let slot: Slot?

    init(_ device: UnmanagedDevice) {
      (kind, key, slot) = (device.kind, device.naturalKey, device.slot)
    }
  }
}

extension UnmanagedDevice {
  fileprivate init(_ device: Device, on sides: [Side]) {
    self.init(
      kind: device.kind.name, alias: device.alias, naturalKey: device.naturalKey, slot: device.slot, sides: sides)
  }
}
