package import DomainXML
package import Vocabulary

/// Finds slots that are free on every side, so that a device gets the same one on both (I2): libvirt would choose
/// for each side by itself.
package struct SlotAllocator: Sendable {
  private var used: Set<Slot> = []
  /// PCI slots are taken whole: a function of its own does not make a place for another device.
  private var usedPCI: Set<PCIAddress> = []
  /// Slots of removed devices: given to others last.
  private let tombstones: [Slot: DeviceID]
  private let definitions: [DomainDefinition]
  /// Controllers that this plan adds before the devices that need them.
  private var added: [String: Controller] = [:]

  /// `definitions` are the sides that there are; a controller counts only where every side has it.
  package init(
    _ definitions: [DomainDefinition], tombstones: [ManagedState.Tombstone] = [], held: [DeviceID: Slot] = [:]
  ) {
    self.definitions = definitions
    var owners: [Slot: DeviceID] = [:]
    for tombstone in tombstones { owners[tombstone.slot] = tombstone.id }
    for (id, slot) in held { owners[slot.withoutBase] = id }
    self.tombstones = owners
    for definition in definitions {
      for device in definition.devices { if let slot = device.slot { take(slot) } }
    }
  }

  package mutating func take(_ slot: Slot) {
    used.insert(slot.withoutBase)
    if case .pci(let address) = slot { usedPCI.insert(address.place) }
  }

  package func isFree(_ slot: Slot) -> Bool {
    if case .pci(let address) = slot { return !usedPCI.contains(address.place) }
    return !used.contains(slot.withoutBase)
  }

  /// Whether a device can be plugged there on every side: the bus exists and takes hotplug.
  package func exists(_ slot: Slot) -> Bool {
    switch slot {
    case .pci(let address):
      definitions.allSatisfy { definition in
        guard let bus = definition.pci.buses[address.bus] else { return false }
        return bus.places.contains(address.slot)
      }
    case .drive(let drive): hasController(drive.interface, drive.controller)
    case .virtioSerial(let controller, _, _): hasController("virtio-serial", controller)
    case .usb(let bus, _): hasController("usb", bus)
    case .dimm, .ccw: true
    }
  }

  /// A free slot for a device of the kind: one that no removed device had, if there is any; else the oldest
  /// tombstone's. The same question gets the same answer.
  package mutating func allocate(_ kind: SlotRule.Kind, for id: DeviceID?) -> Slot? {
    var second: Slot?
    for slot in candidates(kind) where isFree(slot) {
      if let owner = tombstones[slot], owner != id {
        second = second ?? slot
        continue
      }
      take(slot)
      return slot
    }
    if let second { take(second) }
    return second
  }

  /// How many more devices of the kind fit.
  package func free(_ kind: SlotRule.Kind) -> Int {
    candidates(kind).reduce(0) { $0 + (isFree($1) ? 1 : 0) }
  }

  /// Counts a controller with index 0 that a step before the devices adds to every side that lacks it.
  package mutating func addController(_ type: String, model: String) {
    added[type] = Controller(index: 0, model: model, ports: nil)
  }

  package func hasController(_ type: String, _ index: UInt64? = nil) -> Bool {
    if let controller = added[type], index == nil || index == controller.index { return true }
    return definitions.allSatisfy { !controllers(type, of: $0).filter { index == nil || $0.index == index }.isEmpty }
  }

  private func candidates(_ kind: SlotRule.Kind) -> [Slot] {
    switch kind {
    case .pci: pciCandidates()
    case .drive(let interface): driveCandidates(interface)
    case .virtioSerial:
      common("virtio-serial").flatMap { controller in
        // Port 0 belongs to the console of the first bus in every guest's driver.
        (1..<(controller.ports ?? 31)).map { .virtioSerial(controller: controller.index, bus: 0, port: $0) }
      }
    case .usb:
      common("usb").flatMap { controller in
        (1...controller.usbPorts).map { .usb(bus: controller.index, port: String($0)) }
      }
    }
  }

  private func pciCandidates() -> [Slot] {
    guard let first = definitions.first else { return [] }
    let buses = first.pci.buses.values.sorted { $0.index < $1.index }
      .filter { bus in definitions.allSatisfy { $0.pci.buses[bus.index] != nil } && bus.hotplug }
    let ports = buses.filter(\.isPort)
    let conventional = buses.filter { !$0.isPort }
    return (ports + conventional).flatMap { bus in
      bus.places.map { .pci(PCIAddress(bus: bus.index, slot: $0)) }
    }
  }

  private func driveCandidates(_ interface: String) -> [Slot] {
    func drive(_ controller: UInt64, bus: UInt64 = 0, target: UInt64 = 0, unit: UInt64) -> Slot {
      .drive(DriveAddress(interface: interface, controller: controller, bus: bus, target: target, unit: unit))
    }
    return common(interface).flatMap { controller -> [Slot] in
      switch interface {
      case "scsi":
        // Paravirtual controllers have units; the emulated ones one unit on each of seven targets.
        controller.model.hasPrefix("virtio")
          ? (0..<255).map { drive(controller.index, unit: $0) }
          : (0..<7).map { drive(controller.index, target: $0, unit: 0) }
      case "sata": (0..<6).map { drive(controller.index, unit: $0) }
      case "ide": (0..<4).map { drive(controller.index, bus: $0 / 2, unit: $0 % 2) }
      default: (0..<2).map { drive(controller.index, unit: $0) }
      }
    }
  }

  private func common(_ type: String) -> [Controller] {
    if let controller = added[type] { return [controller] }
    guard let first = definitions.first else { return [] }
    return controllers(type, of: first).filter { hasController(type, $0.index) }.sorted { $0.index < $1.index }
  }

  private func controllers(_ type: String, of definition: DomainDefinition) -> [Controller] {
    definition.devices.compactMap { device in
      guard device.kind === DeviceKind.controller, device.element["type"] == type else { return nil }
      return Controller(
        index: device.element["index"].flatMap { parseNumber($0) } ?? 0, model: device.element["model"] ?? "",
        ports: device.element["ports"].flatMap { parseNumber($0) })
    }
  }

  private struct Controller: Sendable {
    let index: UInt64
    let model: String
    let ports: UInt64?

    /// Ports that QEMU gives a controller by itself: four of xhci, six of ehci, two of the others.
    var usbPorts: UInt64 {
      if let ports { return ports }
      if model.contains("xhci") { return 4 }
      return model.contains("ehci") ? 6 : 2
    }
  }
}

extension Slot {
  /// A DIMM's base follows from the running guest; the slot is what is held.
  fileprivate var withoutBase: Slot {
    if case .dimm(let slot, _) = self { return .dimm(slot: slot, base: nil) }
    return self
  }
}

extension PCIAddress {
  fileprivate var place: PCIAddress { PCIAddress(domain: domain, bus: bus, slot: slot) }
}

extension PCITopology.Bus {
  fileprivate var isPort: Bool {
    ["pcie-root-port", "pcie-switch-downstream-port"].contains(model)
  }

  /// The slots that take a hotplugged device (T7): slot 0 behind a port, 1 and up behind a bridge and on a
  /// conventional root (1 is the chipset's and 2 the screen's there), none on the root complex itself.
  fileprivate var places: Range<UInt64> {
    switch model {
    case "pcie-root-port", "pcie-switch-downstream-port": 0..<1
    case "pci-root": 3..<32
    case "pci-bridge", "pcie-to-pci-bridge", "dmi-to-pci-bridge": 1..<32
    default: 0..<0
    }
  }
}
