import DomainXML
import Libvirt
import Vocabulary

/// The addresses of one definition, and libvirt's choice where a device states none.
struct FakeSlots {
  let isExpress: Bool
  private(set) var ports: [UInt64]
  private var taken: [PCIAddress: Element] = [:]
  private let devices: [Element]

  init(_ devices: [Element]) {
    self.devices = devices
    let controllers = devices.filter { $0.named("controller") && $0["type"] == "pci" }
    isExpress = controllers.contains { $0["model"] == "pcie-root" }
    ports = controllers.filter { $0["model"] == "pcie-root-port" }.compactMap { $0["index"].flatMap { UInt64($0) } }
      .sorted()
    for device in devices { if let address = FakeSlots.pci(device) { taken[address] = device } }
  }

  /// The PCI address that a device states.
  static func pci(_ device: Element) -> PCIAddress? {
    guard let address = device.child("address"), address["type"] == "pci" else { return nil }
    func number(_ text: String?) -> UInt64 { text.flatMap { parseNumber($0) } ?? 0 }
    return PCIAddress(
      domain: number(address["domain"]), bus: number(address["bus"]), slot: number(address["slot"]),
      function: number(address["function"]))
  }

  func holder(of address: PCIAddress) -> Element? { taken[address] }

  /// The lowest place that takes a device while the guest runs.
  func freeHotplugSlot() -> PCIAddress? {
    if isExpress { return ports.map { PCIAddress(bus: $0, slot: 0) }.first { taken[$0] == nil } }
    return (2...31).map { PCIAddress(bus: 0, slot: $0) }.first { isFree(slot: $0.slot) }
  }

  /// The next place for a root port: functions of one slot of bus 0, then the next slot.
  func freePortPlace() -> PCIAddress? {
    for slot in UInt64(1)...30 {
      for function in UInt64(0)...7 {
        let place = PCIAddress(bus: 0, slot: slot, function: function)
        if let first = taken[PCIAddress(bus: 0, slot: slot)], first["model"] != "pcie-root-port" { break }
        if taken[place] == nil { return place }
      }
    }
    return nil
  }

  private func isFree(slot: UInt64) -> Bool { !taken.keys.contains { $0.bus == 0 && $0.slot == slot } }

  /// What kind of address the device takes, as libvirt's `<address type>`; `nil`: none.
  static func addressType(of device: Element) -> String? {
    switch device.name {
    case "disk":
      switch device.child("target")?["bus"] {
      case "virtio": "pci"
      case "usb": "usb"
      default: "drive"
      }
    case "controller":
      switch device["type"] {
      case "pci": device["model"]?.hasSuffix("-root") == true ? nil : "pci"
      case "fdc", "ccid": nil
      default: "pci"
      }
    case "memballoon": device["model"] == "none" ? nil : "pci"
    case "input": device["bus"] == "ps2" ? nil : device["bus"] == "usb" ? "usb" : "pci"
    case "channel": device.child("target")?["type"] == "virtio" ? "virtio-serial" : nil
    case "console": device.child("target")?["type"] == "virtio" ? "virtio-serial" : nil
    case "serial":
      switch device.child("target")?["type"] {
      case "pci-serial": "pci"
      case "usb-serial": "usb"
      default: nil
      }
    case "hub", "redirdev": "usb"
    case "memory": device["model"] == "dimm" || device["model"] == "nvdimm" ? "dimm" : "pci"
    case "interface", "rng", "filesystem", "sound", "video", "shmem", "vsock", "hostdev", "crypto": "pci"
    case "watchdog": device["model"] == "i6300esb" ? "pci" : nil
    default: nil
    }
  }

  /// An `<address>` of libvirt's choice. `nil` where the device takes none or there is no place left.
  func choose(for device: Element) -> XMLText? {
    let number = devices.filter { $0.name == device.name && $0.child("address") != nil }.count
    switch FakeSlots.addressType(of: device) {
    case "pci": return fixedPlace(of: device).map(FakeSlots.element) ?? freeHotplugSlot().map(FakeSlots.element)
    case "drive":
      let unit = FakeSlots.driveNumber(device.child("target")?["dev"] ?? "")
      let place =
        switch device.child("target")?["bus"] {
        case "ide": (0, unit / 2 % 2, unit % 2)
        case "sata": (unit / 6, 0, unit % 6)
        default: (unit / 7, 0, unit % 7)
        }
      return XMLText(
        "<address type='drive' controller='\(place.0)' bus='\(place.1)' target='0' unit='\(place.2)'/>")
    case "usb":
      let used = devices.compactMap { $0.child("address") }.filter { $0["type"] == "usb" }.compactMap { $0["port"] }
      let port = (1...).first { !used.contains(String($0)) } ?? 1
      return XMLText("<address type='usb' bus='0' port='\(port)'/>")
    case "virtio-serial":
      let used = devices.compactMap { $0.child("address") }.filter { $0["type"] == "virtio-serial" }
        .compactMap { $0["port"] }
      let port = (1...).first { !used.contains(String($0)) } ?? 1
      return XMLText("<address type='virtio-serial' controller='0' bus='0' port='\(port)'/>")
    case "dimm": return XMLText("<address type='dimm' slot='\(number)'/>")
    default: return nil
    }
  }

  /// Devices of the chipset sit where it has them.
  private func fixedPlace(of device: Element) -> PCIAddress? {
    switch (device["type"], device["model"]) {
    case ("sata", _) where isExpress && device["index"] == "0": PCIAddress(bus: 0, slot: 0x1f, function: 2)
    case ("ide", _): PCIAddress(bus: 0, slot: 1, function: 1)
    case ("usb", "piix3-uhci"): PCIAddress(bus: 0, slot: 1, function: 2)
    default: nil
    }
  }

  /// 0 for `sda`, 27 for `sdab`.
  static func driveNumber(_ target: String) -> Int {
    target.utf8.dropFirst(2).reduce(0) { $0 * 26 + Int($1) - Int(UInt8(ascii: "a")) + 1 } - 1
  }

  static func element(_ address: PCIAddress) -> XMLText {
    XMLText(
      "<address type='pci' domain='0x\(hex(address.domain, width: 4))' bus='0x\(hex(address.bus, width: 2))' "
        + "slot='0x\(hex(address.slot, width: 2))' function='0x\(hex(address.function, width: 1))'/>")
  }
}
