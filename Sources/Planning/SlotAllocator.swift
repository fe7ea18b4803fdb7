package import DomainXML
package import Vocabulary

/// Finds slots that are free on every side, so that a device gets the same one on both (I2): libvirt would choose
/// for each side by itself.
package struct SlotAllocator: Sendable {
  private var used: Set<Slot> = []
  /// PCI slots are taken whole: a function of its own does not make a place for another device.
  private var usedPlaces: Set<PCIAddress> = []
  /// Slots of removed devices, and those that ids hold while their device is away: given to others last.
  private var owners: [Slot: Owner] = [:]
  private var sides: [Side]

  private struct Side {
    /// Those that give slots.
    var controllers: [Controller]
    /// All that there are.
    var names: Set<ControllerName>
    /// Memory slots (`maxMemory/@slots`).
    let memorySlots: UInt64

    init(_ definition: DomainDefinition) {
      memorySlots = definition.root.child("maxMemory")?.number("slots") ?? 0
      let elements = definition.devices.filter { $0.kind == .controller }.map(\.element)
      controllers = elements.compactMap(Controller.init)
      names = Set(elements.compactMap(ControllerName.init))
    }
  }

  private struct Owner {
    let id: DeviceID
    /// The lower, the longer ago the device went.
    let age: Int
  }

  private struct Controller: Hashable {
    let name: ControllerName
    let places: BusLayout.Places
    let allowed: Range<UInt64>?
    let rank: Int
    let ports: UInt64?

    init?(_ element: Element) {
      guard let layout = DeviceKind.controller.layout(of: element), let name = ControllerName(element),
        !(element.child("target")?.holds("hotplug", "off") ?? false)
      else { return nil }
      self.name = name
      places = layout.places
      allowed = layout.allowed
      rank = layout.rank
      ports = element.number("ports")
    }

    func takes(_ address: PCIAddress) -> Bool {
      guard address.function == 0, let allowed else { return slots.contains(.pci(address)) }
      return allowed.contains(address.slot)
    }

    var slots: [Slot] { places.slots(type: name.type, controller: name.index, ports: ports) }
  }

  /// `definitions` are the sides that there are; a controller counts only where every side has it. `held` are slots
  /// that are an id's own, whoever else asks.
  package init(
    _ definitions: [DomainDefinition], tombstones: [ManagedState.Tombstone] = [], held: [DeviceID: Slot] = [:]
  ) {
    sides = definitions.map(Side.init)
    for (id, slot) in held { owners[slot.place] = Owner(id: id, age: .max) }
    for (age, tombstone) in tombstones.enumerated() {
      owners[tombstone.slot.place] = Owner(id: tombstone.id, age: age)
    }
    for definition in definitions {
      for device in definition.devices { if let slot = device.slot { take(slot) } }
    }
  }

  /// Keeps a slot for an id that has not got its turn yet.
  package mutating func reserve(_ slot: Slot, for id: DeviceID) {
    owners[slot.place] = Owner(id: id, age: .max)
  }

  package mutating func take(_ slot: Slot) {
    used.insert(slot.place)
    if case .pci(let address) = slot { usedPlaces.insert(address.place) }
  }

  package func isFree(_ slot: Slot) -> Bool {
    if case .pci(let address) = slot { return !usedPlaces.contains(address.place) }
    return !used.contains(slot.place)
  }

  /// Whether every side has the place. Where it is to be plugged into a running guest, a PCI place must be one that
  /// takes hotplug; a definition takes any on a bus that exists.
  package func exists(_ slot: Slot, forHotplug: Bool = true) -> Bool {
    guard let name = slot.controller else {
      if case .dimm(let number, _) = slot { return sides.allSatisfy { number < $0.memorySlots } }
      return true
    }
    guard forHotplug, case .pci(let address) = slot else { return sides.allSatisfy { $0.names.contains(name) } }
    return sides.allSatisfy { side in
      side.controllers.contains { $0.name == name && $0.takes(address) }
    }
  }

  /// A free slot for a device of the kind: one that no removed device had, if there is any; else the one whose device
  /// went longest ago. The same question gets the same answer.
  package mutating func allocate(_ kind: SlotRule.Kind, for id: DeviceID?) -> Slot? {
    var oldest: (slot: Slot, age: Int)?
    for slot in candidates(kind) where isFree(slot) {
      if let owner = owners[slot], owner.id != id {
        if owner.age < oldest?.age ?? .max || oldest == nil { oldest = (slot, owner.age) }
        continue
      }
      take(slot)
      return slot
    }
    if let oldest { take(oldest.slot) }
    return oldest?.slot
  }

  /// How many more devices of the kind fit.
  package func free(_ kind: SlotRule.Kind) -> Int {
    candidates(kind).reduce(0) { $0 + (isFree($1) ? 1 : 0) }
  }

  /// Counts a controller that a step before the devices adds to every side that lacks it.
  package mutating func addController(_ element: Element) {
    guard let name = ControllerName(element) else { return }
    for side in sides.indices where sides[side].names.insert(name).inserted {
      if let controller = Controller(element) { sides[side].controllers.append(controller) }
    }
  }

  /// Whether every side has a controller of the type (and index).
  package func hasController(_ type: String, _ index: UInt64? = nil) -> Bool {
    sides.allSatisfy { $0.names.contains { $0.type == type && (index == nil || $0.index == index) } }
  }

  /// The first index that no side has yet.
  package func nextIndex(of type: String) -> UInt64 {
    let taken = Set(sides.flatMap { $0.names.filter { $0.type == type }.map(\.index) })
    return (0...UInt64(taken.count)).first { !taken.contains($0) } ?? 0
  }

  /// The places of controllers that all sides have, first those of the first rank.
  private func candidates(_ kind: SlotRule.Kind) -> [Slot] {
    guard let first = sides.first else { return [] }
    if kind == .dimm {
      let most = sides.map(\.memorySlots).min() ?? 0
      // A document of somebody else's may say any number.
      return (0..<min(most, 256)).map { .dimm(slot: $0, base: nil) }
    }
    let type = kind.controllerType
    return first.controllers.filter { $0.name.type == type }
      .sorted { ($0.rank, $0.name.index) < ($1.rank, $1.name.index) }
      .flatMap { controller in
        let others = sides.dropFirst().map { side in side.controllers.filter { $0.name == controller.name } }
        if others.allSatisfy({ $0.contains(controller) }) { return controller.slots }
        return controller.slots.filter { slot in others.allSatisfy { $0.contains { $0.slots.contains(slot) } } }
      }
  }
}

/// A controller's type and index: what addresses name it by.
package struct ControllerName: Sendable, Hashable {
  package let type: String
  package let index: UInt64

  package init(type: String, index: UInt64) {
    self.type = type
    self.index = index
  }

  package init?(_ element: Element) {
    guard let type = element["type"] else { return nil }
    self.init(type: type, index: element.number("index") ?? 0)
  }
}

extension Slot {
  /// What is taken: a DIMM's base follows from the running guest, its slot is what is held.
  fileprivate var place: Slot {
    if case .dimm(let slot, _) = self { return .dimm(slot: slot, base: nil) }
    return self
  }

  /// The controller that gives the slot; `nil` where none does.
  var controller: ControllerName? {
    switch self {
    case .pci(let address): ControllerName(type: "pci", index: address.bus)
    case .drive(let drive): ControllerName(type: drive.interface, index: drive.controller)
    case .usb(let bus, _): ControllerName(type: "usb", index: bus)
    case .virtioSerial(let controller, _, _): ControllerName(type: "virtio-serial", index: controller)
    case .dimm, .ccw: nil
    }
  }
}

extension PCIAddress {
  fileprivate var place: PCIAddress { PCIAddress(domain: domain, bus: bus, slot: slot) }
}
