import DomainXML
import Intent
import Vocabulary

/// More PCI ports for a domain that has too few (`--grow`): in the definition, so that the guest gets them at its next
/// boot, and above every bridge that there is, so that no bus of the guest changes its number (T6).
extension PlanningPass {
  /// Where ports can still be added.
  struct Growth {
    private(set) var index: UInt64
    private(set) var chassis: UInt64
    /// The highest bridge on bus 0.
    private(set) var last: PCIAddress
    private var isMultifunction: Bool
    private let used: Set<PCIAddress>

    init?(_ sides: [DomainDefinition]) {
      guard !sides.isEmpty, sides.allSatisfy(\.isPCIExpress) else { return nil }
      let controllers = sides.flatMap(\.devices).filter { $0.kind == .controller && $0.element.holds("type", "pci") }
      index = (controllers.compactMap { $0.element.number("index") }.max() ?? 0) + 1
      chassis =
        (controllers.compactMap { $0.element.value(at: "target/@chassis").flatMap { parseNumber($0) } }.max() ?? 0) + 1
      var places: Set<PCIAddress> = []
      for device in sides.flatMap(\.devices) {
        if case .pci(let address) = device.slot, address.bus == 0 { places.insert(address) }
      }
      used = places
      let bridges = controllers.compactMap { device -> PCIAddress? in
        guard case .pci(let address) = device.slot, address.bus == 0 else { return nil }
        return address
      }
      last = bridges.max() ?? PCIAddress(bus: 0, slot: 1)
      let first = PCIAddress(bus: 0, slot: last.slot)
      isMultifunction = controllers.contains { device in
        device.slot == .pci(first) && device.element.value(at: "address/@multifunction") == "on"
      }
    }

    /// The next port and its place; `nil` where only lower places are free, which would move the guest's buses.
    mutating func port() -> XMLText? {
      var place = PCIAddress(bus: 0, slot: last.slot, function: last.function + 1)
      if !isMultifunction || last.function >= 7 || used.contains(place) {
        // Of a slot whose first function stands alone: a second one would change what the guest sees of the first.
        let taken = Set(used.map(\.slot))
        guard let slot = (last.slot + 1..<31).first(where: { !taken.contains($0) }) else { return nil }
        place = PCIAddress(bus: 0, slot: slot)
      }
      last = place
      isMultifunction = true
      var writer = XMLWriter()
      writer.element("controller", ["type": "pci", "index": String(index), "model": "pcie-root-port"]) { port in
        port.element("model", ["name": "pcie-root-port"])
        let number = hex(place.slot << 3 | place.function, width: 1)
        port.element("target", ["chassis": String(chassis), "port": "0x" + number])
        port.begin("address")
        for (name, value) in Slot.pci(place).addressAttributes { port.attribute(name, value) }
        if place.function == 0 { port.attribute("multifunction", "on") }
        port.end()
      }
      index += 1
      chassis += 1
      return writer.finish()
    }
  }

  /// A place for a device that finds none: behind a port that is added for it.
  mutating func grow(for wanted: WantedDevice) -> SlotBook.Place? {
    guard input.options.grow, input.persistent != nil, wanted.isWanted(on: .persistent) else { return nil }
    if growth == nil { growth = Growth(input.sides.compactMap { input.definition($0) }) }
    guard let index = growth?.index, let xml = growth?.port() else { return nil }
    let slot = growth.map { Slot.pci($0.last) }
    steps.controllers.append(
      Step(
        .attach, .controller("pci \(index)"), kind: DeviceKind.controller.name, side: .persistent,
        effect: input.live == nil ? .live : .nextBoot, slot: slot, xml: xml,
        reason: "'\(wanted.id)' finds no free port; --grow adds one above every bridge, where no bus changes its number"
      ))
    let place = Slot.pci(PCIAddress(bus: index, slot: 0))
    slots.grew(.pci, wanted.id.text)
    return SlotBook.Place(slot: place)
  }
}
