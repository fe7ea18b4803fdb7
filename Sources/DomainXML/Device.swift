package import Vocabulary

/// One device of a domain's definition: a view of its element and what the catalogue knows of its kind.
package struct Device: Sendable {
  package let kind: DeviceKind
  package let element: Element

  package init(_ element: Element, kind: DeviceKind? = nil) {
    self.kind = kind ?? Catalogue.kind(of: element)
    self.element = element
  }

  /// The alias as libvirt prints it: a user alias (`ua-…`) or, on the live side only, one of libvirt's own.
  package var alias: String? { element.child("alias")?["name"] }

  package func hasAlias(_ alias: String) -> Bool { element.child("alias")?.holds("name", alias) ?? false }

  package var slot: Slot? { element.child("address").flatMap { Slot(address: $0, of: element, kind: kind) } }

  /// Whether both have an address and the addresses are spelled the same: an equal slot without reading it.
  package func hasAddress(of other: Device) -> Bool {
    guard let own = element.child("address"), let theirs = other.element.child("address") else { return false }
    return own.states(theirs) && theirs.states(own)
  }

  /// Whether this is the same element of the same document.
  package func isSame(as other: Device) -> Bool {
    element.index == other.element.index && element.storage === other.element.storage
  }

  /// The id that the alias states. Automatic aliases state none.
  package var id: DeviceID? { alias.flatMap(DeviceID.init(alias:)) }

  /// What identifies the device beside its alias: the first of the kind's keys that it has.
  package var naturalKey: String? {
    for key in kind.identity {
      if let value = key.value(of: element) { return value }
    }
    return nil
  }

  /// All keys that the device has. Two devices share an identity when any of them is equal (R5).
  package var naturalKeys: [String] { kind.identity.compactMap { $0.value(of: element) } }

  package var bootOrder: UInt64? { element.child("boot")?.number("order") }

  /// What finds the device again where it has no alias of ours: its natural key, else its slot, which is as stable
  /// (I2), else its place among its kind.
  package func bindingKey(in definition: DomainDefinition) -> String {
    if let key = naturalKey { return "\(kind.name) \(key)" }
    if let slot { return "\(kind.name) @\(slot)" }
    let place = definition.devices.lazy.filter { $0.kind == kind }.firstIndex { $0.isSame(as: self) }
    return "\(kind.name) #\(place ?? 0)"
  }

  /// The kind of slot that a device with this element takes.
  package func slotKind(libvirt version: Version? = nil) -> SlotRule.Kind? {
    kind.slotKind(of: element, libvirt: version)
  }
}

extension DeviceKind {
  package func slotKind(of element: Element, libvirt version: Version? = nil) -> SlotRule.Kind? {
    slots.first { $0.when?.holds(for: element, libvirt: version) ?? true }?.kind
  }
}

extension Slot {
  /// Reads libvirt's `<address>`. `nil` for kinds of address that are no slot (isa, spapr-vio, mmio, unassigned).
  init?(address: Element, of device: Element, kind: DeviceKind) {
    func number(_ name: StaticString) -> UInt64 { address.number(name) ?? 0 }
    switch address["type"] {
    case "pci":
      self = .pci(
        PCIAddress(
          domain: number("domain"), bus: number("bus"), slot: number("slot"), function: number("function")))
    case "drive":
      var interface = "scsi"
      if case .drive(let name) = kind.slotKind(of: device) { interface = name }
      self = .drive(
        DriveAddress(
          interface: interface, controller: number("controller"), bus: number("bus"), target: number("target"),
          unit: number("unit")))
    case "usb":
      self = .usb(bus: number("bus"), port: address["port"] ?? "")
    case "virtio-serial":
      self = .virtioSerial(controller: number("controller"), bus: number("bus"), port: number("port"))
    case "dimm":
      self = .dimm(slot: number("slot"), base: address.number("base"))
    case "ccw":
      self = .ccw(cssid: number("cssid"), ssid: number("ssid"), device: number("devno"))
    default: return nil
    }
  }

  /// The attributes of an `<address>` that states this slot, in libvirt's order and spelling.
  package var addressAttributes: [(name: String, value: String)] {
    switch self {
    case .pci(let address):
      [
        ("type", "pci"), ("domain", "0x" + hex(address.domain, width: 4)), ("bus", "0x" + hex(address.bus, width: 2)),
        ("slot", "0x" + hex(address.slot, width: 2)), ("function", "0x" + hex(address.function, width: 1)),
      ]
    case .drive(let drive):
      [
        ("type", "drive"), ("controller", String(drive.controller)), ("bus", String(drive.bus)),
        ("target", String(drive.target)), ("unit", String(drive.unit)),
      ]
    case .usb(let bus, let port): [("type", "usb"), ("bus", String(bus)), ("port", port)]
    case .virtioSerial(let controller, let bus, let port):
      [("type", "virtio-serial"), ("controller", String(controller)), ("bus", String(bus)), ("port", String(port))]
    case .dimm(let slot, let base):
      [("type", "dimm"), ("slot", String(slot))] + (base.map { [("base", "0x" + hex($0, width: 1))] } ?? [])
    case .ccw(let cssid, let ssid, let device):
      [
        ("type", "ccw"), ("cssid", "0x" + hex(cssid, width: 2)), ("ssid", "0x" + hex(ssid, width: 1)),
        ("devno", "0x" + hex(device, width: 4)),
      ]
    }
  }
}
