/// A guest-visible address of a device, as libvirt's `<address>` states it.
///
/// The text form (`description`) is what the store and the metadata keep; it is stable.
package enum Slot: Sendable, Hashable {
  case pci(PCIAddress)
  case drive(DriveAddress)
  /// `port` is a dotted chain, as in `1.2`.
  case usb(bus: UInt64, port: String)
  case virtioSerial(controller: UInt64, bus: UInt64, port: UInt64)
  /// `base` is the guest physical address; libvirt shows it on the live side only (T9).
  case dimm(slot: UInt64, base: UInt64?)
  case ccw(cssid: UInt64, ssid: UInt64, device: UInt64)

  /// Whether something that is at `other` is where this says: a DIMM's base may be left to QEMU.
  package func admits(_ other: Slot?) -> Bool {
    if case .dimm(let number, .none) = self, case .dimm(number, _)? = other { return true }
    return self == other
  }

  /// libvirt's word for the address type.
  package var type: String {
    switch self {
    case .pci: "pci"
    case .drive: "drive"
    case .usb: "usb"
    case .virtioSerial: "virtio-serial"
    case .dimm: "dimm"
    case .ccw: "ccw"
    }
  }
}

/// A PCI address in libvirt's numbering: `bus` is the index of a controller, not the number the guest gives that bus.
package struct PCIAddress: Sendable, Hashable, Comparable {
  package let domain: UInt64
  package let bus: UInt64
  package let slot: UInt64
  package let function: UInt64

  package init(domain: UInt64 = 0, bus: UInt64, slot: UInt64, function: UInt64 = 0) {
    self.domain = domain
    self.bus = bus
    self.slot = slot
    self.function = function
  }

  package static func < (left: PCIAddress, right: PCIAddress) -> Bool {
    (left.domain, left.bus, left.slot, left.function) < (right.domain, right.bus, right.slot, right.function)
  }
}

/// A drive address. Controllers are counted per interface, so `0:0:0:0` of SCSI and of SATA are two places.
package struct DriveAddress: Sendable, Hashable {
  package let interface: String
  package let controller: UInt64
  package let bus: UInt64
  package let target: UInt64
  package let unit: UInt64

  package init(interface: String, controller: UInt64, bus: UInt64, target: UInt64, unit: UInt64) {
    self.interface = interface
    self.controller = controller
    self.bus = bus
    self.target = target
    self.unit = unit
  }
}

extension Slot: CustomStringConvertible {
  package var description: String {
    switch self {
    case .pci(let address): "pci " + address.description
    case .drive(let drive):
      "drive \(drive.interface) \(drive.controller):\(drive.bus):\(drive.target):\(drive.unit)"
    case .usb(let bus, let port): "usb \(bus):\(port)"
    case .virtioSerial(let controller, let bus, let port): "virtio-serial \(controller):\(bus):\(port)"
    case .dimm(let slot, let base): "dimm \(slot)" + (base.map { " 0x" + hex($0, width: 1) } ?? "")
    case .ccw(let cssid, let ssid, let device): "ccw \(hex(cssid, width: 2)).\(ssid).\(hex(device, width: 4))"
    }
  }

  /// Reads the text form.
  package init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count >= 2 else { return nil }
    let numbers = words[words.count - 1].split(separator: ":").map { UInt64($0) }
    switch (words[0], words.count) {
    case ("pci", 2):
      guard let address = PCIAddress(words[1]) else { return nil }
      self = .pci(address)
    case ("drive", 3):
      guard numbers.count == 4, let controller = numbers[0], let bus = numbers[1], let target = numbers[2],
        let unit = numbers[3]
      else { return nil }
      self = .drive(
        DriveAddress(interface: words[1], controller: controller, bus: bus, target: target, unit: unit))
    case ("usb", 2):
      let parts = words[1].split(separator: ":")
      guard parts.count == 2, let bus = UInt64(parts[0]) else { return nil }
      self = .usb(bus: bus, port: String(parts[1]))
    case ("virtio-serial", 2):
      guard numbers.count == 3, let controller = numbers[0], let bus = numbers[1], let port = numbers[2]
      else { return nil }
      self = .virtioSerial(controller: controller, bus: bus, port: port)
    case ("dimm", 2), ("dimm", 3):
      guard let slot = UInt64(words[1]) else { return nil }
      self = .dimm(slot: slot, base: words.count == 3 ? parseNumber(words[2]) : nil)
    case ("ccw", 2):
      let parts = words[1].split(separator: ".")
      guard parts.count == 3, let cssid = UInt64(parts[0], radix: 16), let ssid = UInt64(parts[1]),
        let device = UInt64(parts[2], radix: 16)
      else { return nil }
      self = .ccw(cssid: cssid, ssid: ssid, device: device)
    default: return nil
    }
  }
}

extension PCIAddress: CustomStringConvertible {
  package var description: String {
    "\(hex(domain, width: 4)):\(hex(bus, width: 2)):\(hex(slot, width: 2)).\(hex(function, width: 1))"
  }

  /// Reads `0000:05:00.0`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(whereSeparator: { $0 == ":" || $0 == "." }).map { UInt64($0, radix: 16) }
    guard parts.count == 4, let domain = parts[0], let bus = parts[1], let slot = parts[2], let function = parts[3]
    else { return nil }
    self.init(domain: domain, bus: bus, slot: slot, function: function)
  }
}

extension Slot: Codable {
  private enum Key: String, CodingKey {
    case type, domain, bus, slot, function, interface, controller, target, unit, port, base, cssid, ssid, device
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(type, forKey: .type)
    switch self {
    case .pci(let address):
      if address.domain != 0 { try container.encode(address.domain, forKey: .domain) }
      try container.encode(address.bus, forKey: .bus)
      try container.encode(address.slot, forKey: .slot)
      try container.encode(address.function, forKey: .function)
    case .drive(let drive):
      try container.encode(drive.interface, forKey: .interface)
      try container.encode(drive.controller, forKey: .controller)
      try container.encode(drive.bus, forKey: .bus)
      try container.encode(drive.target, forKey: .target)
      try container.encode(drive.unit, forKey: .unit)
    case .usb(let bus, let port):
      try container.encode(bus, forKey: .bus)
      try container.encode(port, forKey: .port)
    case .virtioSerial(let controller, let bus, let port):
      try container.encode(controller, forKey: .controller)
      try container.encode(bus, forKey: .bus)
      try container.encode(port, forKey: .port)
    case .dimm(let slot, let base):
      try container.encode(slot, forKey: .slot)
      try container.encodeIfPresent(base, forKey: .base)
    case .ccw(let cssid, let ssid, let device):
      try container.encode(cssid, forKey: .cssid)
      try container.encode(ssid, forKey: .ssid)
      try container.encode(device, forKey: .device)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func number(_ key: Key) throws -> UInt64 { try container.decode(UInt64.self, forKey: key) }
    let type = try container.decode(String.self, forKey: .type)
    switch type {
    case "pci":
      self = .pci(
        PCIAddress(
          domain: try container.decodeIfPresent(UInt64.self, forKey: .domain) ?? 0, bus: try number(.bus),
          slot: try number(.slot), function: try number(.function)))
    case "drive":
      self = .drive(
        DriveAddress(
          interface: try container.decode(String.self, forKey: .interface), controller: try number(.controller),
          bus: try number(.bus), target: try number(.target), unit: try number(.unit)))
    case "usb": self = .usb(bus: try number(.bus), port: try container.decode(String.self, forKey: .port))
    case "virtio-serial":
      self = .virtioSerial(controller: try number(.controller), bus: try number(.bus), port: try number(.port))
    case "dimm":
      self = .dimm(slot: try number(.slot), base: try container.decodeIfPresent(UInt64.self, forKey: .base))
    case "ccw": self = .ccw(cssid: try number(.cssid), ssid: try number(.ssid), device: try number(.device))
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .type, in: container, debugDescription: "'\(type)' is not a slot type")
    }
  }
}
