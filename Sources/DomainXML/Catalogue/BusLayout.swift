package import Vocabulary

/// The places that a controller gives to devices, as libvirt addresses them. Part of the catalogue's entry of
/// controllers: the planner looks for free places in it and knows no buses of its own.
package struct BusLayout: Sendable {
  package enum Places: Sendable, Hashable {
    /// PCI slots. `function` 0 always: libvirt hotplugs no other (T7).
    case slots(Range<UInt64>)
    /// Units of target 0.
    case units(Range<UInt64>)
    /// Unit 0 of each target.
    case targets(Range<UInt64>)
    /// Units on more than one bus of one controller.
    case buses(UInt64, units: UInt64)
    /// Ports from `first`, as many as the attribute `ports` says or the model has by itself, at most `limit`; the
    /// first `reserved` of them are not given away.
    case ports(first: UInt64, count: UInt64, limit: UInt64, reserved: UInt64)
  }

  /// The controller's type: `pci`, `scsi`, `usb`, …
  package let type: String
  package let when: Condition?
  package let places: Places
  /// PCI slots that a document may name, where vmctl by itself leaves some of them alone.
  package let allowed: Range<UInt64>?
  /// Controllers of the first rank are filled first: a port before a bridge, because a card behind a bridge is no
  /// PCI Express device to the guest.
  package let rank: Int

  package init(
    _ type: String, _ places: Places, allowed: Range<UInt64>? = nil, when: Condition? = nil, rank: Int = 0
  ) {
    self.type = type
    self.places = places
    self.allowed = allowed
    self.when = when
    self.rank = rank
  }
}

extension DeviceKind {
  /// The layout of a controller; `nil` for one that takes no devices which can come and go.
  package func layout(of controller: Element) -> BusLayout? {
    provides.first { layout in
      controller.holds("type", layout.type) && (layout.when?.holds(for: controller, libvirt: nil) ?? true)
    }
  }
}

extension SlotRule.Kind {
  /// The type of the controllers that give such slots.
  package var controllerType: String {
    switch self {
    case .pci: "pci"
    case .drive(let interface): interface
    case .usb: "usb"
    case .virtioSerial: "virtio-serial"
    case .dimm: "dimm"
    }
  }
}

extension BusLayout.Places {
  /// The slots that a controller of this layout gives, in order.
  package func slots(type: String, controller index: UInt64, ports: UInt64?) -> [Slot] {
    func drive(bus: UInt64 = 0, target: UInt64 = 0, unit: UInt64) -> Slot {
      .drive(DriveAddress(interface: type, controller: index, bus: bus, target: target, unit: unit))
    }
    switch self {
    case .slots(let range): return range.map { .pci(PCIAddress(bus: index, slot: $0)) }
    case .units(let range): return range.map { drive(unit: $0) }
    case .targets(let range): return range.map { drive(target: $0, unit: 0) }
    case .buses(let buses, let units): return (0..<buses * units).map { drive(bus: $0 / units, unit: $0 % units) }
    case .ports(let first, let count, let limit, let reserved):
      // A document of somebody else's may say any number.
      let start = first + reserved
      return (start..<max(start, first + min(ports ?? count, limit))).map { port in
        type == "usb"
          ? .usb(bus: index, port: String(port)) : .virtioSerial(controller: index, bus: 0, port: port)
      }
    }
  }
}
