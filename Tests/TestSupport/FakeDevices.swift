import DomainXML
import Libvirt
import Vocabulary

/// The devices of a definition as libvirt completes them: its defaults, the devices it adds, and addresses.
enum FakeDevices {
  /// What `<devices>` of `root` becomes, in libvirt's order. Each part is a document of one device.
  static func complete(_ root: Element, machine: String, _ function: String) throws(LibvirtError) -> [DomainDocument] {
    var parts: [DomainDocument] = []
    for device in root.child("devices").map({ Array($0.children) }) ?? [] where !device.named("emulator") {
      parts.append(try normalised(device, among: parts.map(\.root), function))
    }
    for addition in additions(to: parts.map(\.root), isExpress: machine.contains("q35")) {
      parts.append(try part(addition, function))
    }
    let aliases = parts.compactMap { $0.root.child("alias")?["name"] }
    if let double = aliases.first(where: { alias in aliases.filter { $0 == alias }.count > 1 }) {
      throw .unsupported("non unique alias detected: \(double)", function)
    }
    try assignAddresses(to: &parts, function)
    let emulator = root.value(at: "devices/emulator") ?? "/usr/bin/qemu-system-x86_64"
    let sorted = parts.enumerated().sorted { (rank($0.element.root), $0.offset) < (rank($1.element.root), $1.offset) }
    return [try part("<emulator>\(emulator)</emulator>", function)] + sorted.map(\.element)
  }

  static func rank(_ device: Element) -> Int { LibvirtStyle.devices.firstIndex(of: device.name) ?? .max }

  static func part(_ text: String, _ function: String) throws(LibvirtError) -> DomainDocument {
    try styled(XMLText(text), function)
  }

  private static func styled(_ text: XMLText, _ function: String) throws(LibvirtError) -> DomainDocument {
    let root = try FakeDefinition.parse(text, function).root
    return try FakeDefinition.parse(LibvirtStyle.text(of: root), function)
  }

  static func edited(
    _ part: DomainDocument, _ function: String, _ body: (inout Edit, Element) -> Void
  ) throws(LibvirtError) -> DomainDocument {
    var edit = Edit(part)
    body(&edit, part.root)
    return edit.isEmpty ? part : try styled(edit.text(), function)
  }

  /// One device in libvirt's style, with its defaults, and without an alias that libvirt would not keep.
  static func normalised(
    _ device: Element, among others: [Element], _ function: String
  ) throws(LibvirtError) -> DomainDocument {
    guard LibvirtStyle.devices.contains(device.name) else {
      throw .xml("unknown device type '\(device.name)'", function)
    }
    return try edited(try styled(device.source, function), function) { edit, device in
      if let alias = device.child("alias"), alias["name"]?.hasPrefix("ua-") != true { edit.remove(alias) }
      if let place = FakeSlots.pci(device), let address = device.child("address") {
        edit.set("domain", to: "0x" + hex(place.domain, width: 4), on: address)
        edit.set("bus", to: "0x" + hex(place.bus, width: 2), on: address)
        edit.set("slot", to: "0x" + hex(place.slot, width: 2), on: address)
        edit.set("function", to: "0x" + hex(place.function, width: 1), on: address)
      }
      switch device.name {
      case "disk":
        if device["device"] == nil { edit.set("device", to: "disk", on: device) }
        if device.child("driver") == nil { edit.append(XMLText("<driver name='qemu' type='raw'/>"), to: device) }
        if let source = device.child("backingStore") { edit.remove(source) }
      case "interface":
        if device.child("mac") == nil {
          let number = UInt64.random(in: 0...0xff_ffff)
          let digits = hex(number, width: 6)
          let octets = [digits.prefix(2), digits.dropFirst(2).prefix(2), digits.suffix(2)].joined(separator: ":")
          edit.append(XMLText("<mac address='52:54:00:\(octets)'/>"), to: device)
        }
        if device.child("model") == nil { edit.append(XMLText("<model type='rtl8139'/>"), to: device) }
      case "serial" where device.child("target") == nil:
        let port = others.filter { $0.named("serial") }.count
        let target = "<target type='isa-serial' port='\(port)'><model name='isa-serial'/></target>"
        edit.append(XMLText(target), to: device)
      default: break
      }
    }
  }

  /// The devices that libvirt adds because of those that are there, or to every domain.
  static func additions(to devices: [Element], isExpress: Bool) -> [String] {
    var additions: [String] = []
    func has(_ name: String, _ attribute: StaticString, _ value: String) -> Bool {
      devices.contains { $0.name == name && $0[attribute] == value }
    }
    func add(_ xml: String, unless present: Bool) { if !present { additions.append(xml) } }
    add(
      "<controller type='usb' index='0' model='\(isExpress ? "qemu-xhci" : "piix3-uhci")'/>",
      unless: has("controller", "type", "usb"))
    let buses = Set(devices.filter { $0.named("disk") }.compactMap { $0.child("target")?["bus"] })
    add(
      "<controller type='sata' index='0'/>",
      unless: !isExpress && !buses.contains("sata") || has("controller", "type", "sata"))
    let root = isExpress ? "pcie-root" : "pci-root"
    add("<controller type='pci' index='0' model='\(root)'/>", unless: has("controller", "model", root))
    add("<controller type='ide' index='0'/>", unless: !buses.contains("ide") || has("controller", "type", "ide"))
    add(
      "<controller type='scsi' index='0' model='lsilogic'/>",
      unless: !buses.contains("scsi") || has("controller", "type", "scsi"))
    let wantsPorts = devices.contains { FakeSlots.addressType(of: $0) == "virtio-serial" }
    add(
      "<controller type='virtio-serial' index='0'/>", unless: !wantsPorts || has("controller", "type", "virtio-serial"))
    if let serial = devices.first(where: { $0.named("serial") }) {
      let source = serial.child("source")?.source.shown ?? ""
      add(
        "<console type='\(serial["type"] ?? "pty")'>\(source)<target type='serial' port='0'/></console>",
        unless: devices.contains { $0.named("console") })
    }
    for kind in ["mouse", "keyboard"] {
      add(
        "<input type='\(kind)' bus='ps2'/>",
        unless: devices.contains { $0.named("input") && $0["type"] == kind && $0["bus"] == "ps2" })
    }
    add("<audio id='1' type='none'/>", unless: devices.contains { $0.named("audio") })
    add("<memballoon model='virtio'/>", unless: devices.contains { $0.named("memballoon") })
    return additions
  }

  /// The order in which libvirt hands out PCI places (`qemuDomainAssignDevicePCISlots`).
  private static let allocation = [
    "filesystem", "interface", "sound", "controller", "disk", "hostdev", "memballoon", "rng", "video", "input",
    "shmem", "watchdog",
  ]

  private static func assignAddresses(to parts: inout [DomainDocument], _ function: String) throws(LibvirtError) {
    try placeRootPorts(&parts, function)
    let order = parts.indices.sorted {
      let ranks = [$0, $1].map { allocation.firstIndex(of: parts[$0].root.name) ?? .max }
      return (ranks[0], $0) < (ranks[1], $1)
    }
    for index in order where parts[index].root.child("address") == nil {
      guard FakeSlots.addressType(of: parts[index].root) != nil else { continue }
      if let port = try address(&parts[index], among: parts, function) { parts.append(port) }
    }
    let conflicts = Dictionary(grouping: parts.compactMap { FakeSlots.pci($0.root) }) { $0 }.filter { $1.count > 1 }
    if let double = conflicts.keys.min() { throw .xml("Attempted double use of PCI Address \(double)", function) }
    try markMultifunction(&parts, function)
  }

  /// Gives a part the address of libvirt's choice; the root port that had to be added for it, if any.
  static func address(
    _ part: inout DomainDocument, among parts: [DomainDocument], _ function: String
  ) throws(LibvirtError) -> DomainDocument? {
    let slots = FakeSlots(parts.map(\.root))
    if let address = slots.choose(for: part.root) {
      part = try edited(part, function) { edit, device in edit.append(address, to: device) }
      return nil
    }
    guard slots.isExpress, let place = slots.freePortPlace() else {
      throw .internal("No more available PCI slots", function)
    }
    let index = (slots.ports.max() ?? 0) + 1
    part = try edited(part, function) { edit, device in
      edit.append(FakeSlots.element(PCIAddress(bus: index, slot: 0)), to: device)
    }
    return try rootPort(
      try FakeDevices.part("<controller type='pci' index='\(index)' model='pcie-root-port'/>", function), at: place,
      function)
  }

  private static func placeRootPorts(_ parts: inout [DomainDocument], _ function: String) throws(LibvirtError) {
    for index in parts.indices where parts[index].root["model"] == "pcie-root-port" {
      let stated = FakeSlots.pci(parts[index].root)
      guard let place = stated ?? FakeSlots(parts.map(\.root)).freePortPlace() else {
        throw .internal("No more available PCI slots", function)
      }
      parts[index] = try rootPort(parts[index], at: place, function)
    }
  }

  private static func rootPort(
    _ part: DomainDocument, at place: PCIAddress, _ function: String
  ) throws(LibvirtError) -> DomainDocument {
    var missing = ""
    let device = part.root
    if device.child("model") == nil { missing += "<model name='pcie-root-port'/>" }
    if device.child("target") == nil {
      let port = hex(place.slot << 3 | place.function, width: 1)
      missing += "<target chassis='\(device["index"] ?? "")' port='0x\(port)'/>"
    }
    if device.child("address") == nil { missing += FakeSlots.element(place).shown }
    // In one piece: a tag without content takes one addition only.
    return try edited(part, function) { edit, device in
      if !missing.isEmpty { edit.append(XMLText(missing), to: device) }
    }
  }

  /// libvirt marks function 0 of a slot that has other functions too.
  private static func markMultifunction(_ parts: inout [DomainDocument], _ function: String) throws(LibvirtError) {
    let places = parts.compactMap { FakeSlots.pci($0.root) }.filter { $0.function > 0 }
    for index in parts.indices {
      guard let own = FakeSlots.pci(parts[index].root), own.function == 0,
        places.contains(where: { $0.bus == own.bus && $0.slot == own.slot })
      else { continue }
      parts[index] = try edited(parts[index], function) { edit, device in
        if let address = device.child("address") { edit.set("multifunction", to: "on", on: address) }
      }
    }
  }
}
