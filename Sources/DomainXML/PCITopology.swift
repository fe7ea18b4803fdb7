package import Vocabulary

/// The PCI buses of a domain: which controller makes which bus, and where the guest sees what.
package struct PCITopology: Sendable {
  package enum Root: Sendable { case none, conventional, express }

  /// A controller that makes a bus.
  package struct Bus: Sendable {
    /// The controller's index: what addresses call the bus.
    package let index: UInt64
    package let model: String
    /// Where the controller itself sits; `nil` for a root.
    package let address: PCIAddress?
    /// `<target hotplug='off'/>` or not.
    package let hotplug: Bool
    package let chassis: UInt64?
    package let port: UInt64?
  }

  package let buses: [UInt64: Bus]
  package let root: Root
  /// The number that the guest gives each bus.
  private let guestNumbers: [UInt64: UInt64]

  init(_ devices: [Device]) {
    var buses: [UInt64: Bus] = [:]
    for device in devices where device.kind == .controller {
      let element = device.element
      guard element.holds("type", "pci"), let index = element.number("index") else { continue }
      var address: PCIAddress?
      if case .pci(let own) = device.slot { address = own }
      let target = element.child("target")
      buses[index] = Bus(
        index: index, model: element["model"] ?? "", address: address, hotplug: target?["hotplug"] != "off",
        chassis: target?.number("chassis"), port: target?.number("port"))
    }
    self.buses = buses
    root =
      switch buses[0]?.model {
      case "pcie-root": .express
      case "pci-root": .conventional
      default: .none
      }
    guestNumbers = PCITopology.number(buses)
  }

  /// Firmware numbers buses depth first: each bridge, in the order of its device and function, takes the next
  /// number, then those behind it (SeaBIOS and OVMF alike; measured, T6).
  private static func number(_ buses: [UInt64: Bus]) -> [UInt64: UInt64] {
    var behind: [UInt64: [Bus]] = [:]
    for bus in buses.values {
      if let address = bus.address { behind[address.bus, default: []].append(bus) }
    }
    var numbers: [UInt64: UInt64] = [0: 0]
    var next: UInt64 = 1
    func visit(_ parent: UInt64, depth: Int) {
      // A definition that libvirt accepted has no loops; a document of somebody else's may.
      guard depth < 64, let bridges = behind[parent] else { return }
      for bridge in bridges.sorted(by: { ($0.address ?? zero, $0.index) < ($1.address ?? zero, $1.index) })
      where numbers[bridge.index] == nil {
        numbers[bridge.index] = next
        next += 1
        visit(bridge.index, depth: depth + 1)
      }
    }
    visit(0, depth: 0)
    return numbers
  }

  /// The chain from the root complex to a device. `nil` where a bus on the way is not there.
  package func guestPath(of address: PCIAddress) -> GuestPath? {
    var hops = [GuestPath.Hop(device: address.slot, function: address.function)]
    var bus = address.bus
    while bus != 0 {
      guard let bridge = buses[bus]?.address, hops.count < 64 else { return nil }
      hops.append(GuestPath.Hop(device: bridge.slot, function: bridge.function))
      bus = bridge.bus
    }
    guard let number = guestNumbers[address.bus] else { return nil }
    return GuestPath(hops: hops.reversed(), bus: number)
  }

  /// Buses that the guest's numbers depend on: a bridge put before one of these moves it.
  package var highestBridgeOnRoot: PCIAddress? {
    buses.values.compactMap(\.address).filter { $0.bus == 0 }.max()
  }
}

private let zero = PCIAddress(bus: 0, slot: 0)
