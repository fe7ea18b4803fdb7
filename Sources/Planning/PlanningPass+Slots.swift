import DomainXML
import Faults
import Intent
import Vocabulary

extension PlanningPass {
  enum SlotChoice {
    /// A kind that takes no slot, or one that libvirt gives.
    case none
    case slot(SlotBook.Place)
    /// Behind a port that the running guest does not have.
    case grown(SlotBook.Place)
    case refused
  }

  /// Slots that are somebody's own are kept for them before anybody else chooses.
  mutating func reserveSlots() {
    for (id, slot) in input.phantoms.sorted(by: { $0.key < $1.key }) { if let slot { slots.reserve(slot, for: id) } }
    for device in bound where !device.isPresent {
      if let slot = device.wanted.address ?? ownSlot(device.wanted) { slots.reserve(slot, for: device.wanted.id) }
    }
  }

  /// The slot that the id had before (I2), or that it had under its former name (R5).
  private func ownSlot(_ wanted: WantedDevice) -> Slot? {
    if PlantedBug.is(.forgetsOwnSlot) { return nil }
    for id in [wanted.id, wanted.was].compactMap({ $0 }) {
      let tombstone = input.managed.tombstones.last { $0.id == id }?.slot
      if let slot = input.heldSlots[id] ?? tombstone { return slot }
    }
    return nil
  }

  /// A memory device's former base may be another's by now; its slot is its own all the same.
  private func fitting(_ slot: Slot, _ element: Element) -> Slot {
    guard case .dimm(let number, .some(let base)) = slot, let live = input.live else { return slot }
    let end = base &+ (element.value(at: "target/size").flatMap { parseNumber($0) } ?? 0) &* 1024
    let isTaken = live.devices.contains { other in
      guard case .dimm(_, .some(let start)) = other.slot else { return false }
      let size = (other.element.value(at: "target/size").flatMap { parseNumber($0) } ?? 0) &* 1024
      return base < start &+ size && start < end
    }
    return isTaken ? .dimm(slot: number, base: nil) : slot
  }

  /// The slot of a device that is to be attached: where the other side has it, what the document says, where it was
  /// before, or the first that is free on all sides.
  mutating func chooseSlot(_ device: BoundDevice, _ element: Element, _ missing: [Side]) -> SlotChoice {
    let wanted = device.wanted
    let kind = wanted.kind.slotKind(of: element, libvirt: input.host.libvirt)
    if let present = device.leading { return slotOfOtherSide(device, present, missing) }
    if let address = wanted.address { return explicitSlot(wanted, address, kind, missing) }
    guard let kind else { return .none }
    if let own = ownSlot(wanted).map({ fitting($0, element) }), own.isOf(kind), slots.allocator.isFree(own),
      slots.allocator.exists(own, forHotplug: input.live != nil)
    {
      slots.take(own, kind)
      return .slot(SlotBook.Place(slot: own))
    }
    guard let place = slots.place(kind, for: wanted.id, named: wanted.id.text) else {
      return kind == .pci ? grow(for: wanted).map { .grown($0) } ?? .refused : .refused
    }
    return .slot(place)
  }

  private mutating func slotOfOtherSide(_ device: BoundDevice, _ present: Device, _ missing: [Side]) -> SlotChoice {
    guard let slot = present.slot else { return .none }
    for side in missing {
      guard let definition = input.definition(side) else { continue }
      let holder = definition.devices.first { $0.slot == slot }
      let hasBus = slot.controller.map { SlotAllocator([definition]).hasController($0.type, $0.index) } ?? true
      if hasBus, holder == nil { continue }
      refuse(
        Refusal(
          hasBus ? "slot-taken" : "slot-missing", target: .device(device.wanted.id), path: device.wanted.path,
          wanted: slot.description, found: holder.map { $0.alias ?? $0.kind.name },
          reason: "the slot that the device has on the other side is "
            + (hasBus ? "taken on the \(side.rawValue) side" : "on a bus that the \(side.rawValue) side does not have"),
          wouldTake: hasBus ? "detach the other device first; a device never moves" : "a new domain"))
      return .refused
    }
    return .slot(SlotBook.Place(slot: slot))
  }

  /// R12: taken when it is free; another id's former slot too, with a word.
  private mutating func explicitSlot(
    _ wanted: WantedDevice, _ address: Slot, _ kind: SlotRule.Kind?, _ missing: [Side]
  ) -> SlotChoice {
    if let refusal = slots.allocator.refusal(
      of: address, for: wanted, kind, forHotplug: missing.contains(.live))
    {
      refuse(refusal)
      return .refused
    }
    let tombstone = input.managed.tombstones.last { $0.slot == address }?.id
    let owner = tombstone ?? input.heldSlots.filter { $0.value == address }.keys.min()
    if let owner, owner != wanted.id {
      plan.notes.append("'\(wanted.id)' gets \(address), which '\(owner)' had before")
    }
    slots.take(address, kind)
    return .slot(SlotBook.Place(slot: address))
  }

  func guestPath(_ slot: Slot) -> GuestPath? {
    guard case .pci(let address) = slot else { return nil }
    return input.leading?.pci.guestPath(of: address)
  }

  // MARK: Capacity

  /// What there was of each kind of slot that this plan needs, and what it needs (design section 7). Where that does
  /// not fit, nothing is done.
  mutating func reportCapacity() {
    for (kind, capacity) in slots.capacity { plan.capacity[kind.words] = capacity }
    for (kind, names) in slots.short.sorted(by: { $0.key.words < $1.key.words }) {
      refuse(.slotsShort(kind, slots.capacity[kind], names))
    }
  }
}

extension Refusal {
  static func slotsShort(_ kind: SlotRule.Kind, _ capacity: Capacity?, _ names: [String]) -> Refusal {
    let (free, needed) = (capacity?.free ?? 0, capacity?.needed ?? names.count)
    return Refusal(
      "slots-short", path: kind.words, wanted: "\(needed) \(kind.words) slots", found: "\(free) free",
      reason: "there is no room: \(needed) \(kind.words) slots are needed and \(free) are free; "
        + "\(names.joined(separator: ", ")) would get none",
      wouldTake: kind.wouldTake)
  }
}

extension SlotRule.Kind {
  /// What makes room.
  fileprivate var wouldTake: String {
    switch self {
    case .pci: "remove devices, --grow for more ports at the next boot, or a domain created with more rootPorts"
    case .dimm: "remove memory devices, or a domain created with more slots in hotplugMemory"
    case .drive, .usb, .virtioSerial: "remove devices, or another bus"
    }
  }
}

extension SlotAllocator {
  /// Why an explicit address cannot be had; `nil` where it can.
  func refusal(
    of address: Slot, for wanted: WantedDevice, _ kind: SlotRule.Kind?, forHotplug: Bool
  ) -> Refusal? {
    let path = wanted.path + ".address"
    if let kind, !address.isOf(kind) {
      return Refusal(
        "address-type", target: .device(wanted.id), path: path, wanted: address.description,
        reason: "a device like '\(wanted.id)' takes a \(kind.words) slot",
        wouldTake: "leave `address` out: vmctl chooses a free one")
    }
    guard isFree(address) else {
      return Refusal(
        "slot-taken", target: .device(wanted.id), path: path, wanted: address.description,
        reason: "the slot is taken", wouldTake: "leave `address` out: vmctl chooses a free one")
    }
    guard exists(address, forHotplug: forHotplug) else {
      return Refusal(
        "slot-missing", target: .device(wanted.id), path: path, wanted: address.description,
        reason: "the domain has no such place"
          + (forHotplug ? " that takes a hotplugged device" : ""),
        wouldTake: "leave `address` out: vmctl chooses a free one")
    }
    return nil
  }
}
