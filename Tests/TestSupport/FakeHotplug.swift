import DomainXML
import Libvirt
import Vocabulary

/// Attach, detach and update of one device in one definition, by editing its bytes.
struct FakeHotplug {
  let side: Side
  let document: DomainDocument
  let function: String
  /// The number of the domain's run, for what libvirt names by it.
  let run: Int

  init(_ text: XMLText, side: Side, run: Int, _ function: String) throws(LibvirtError) {
    self.side = side
    self.run = run
    self.function = function
    document = try FakeDefinition.parse(text, function)
  }

  var devices: [Element] {
    document.root.child("devices").map { Array($0.children.filter { !$0.named("emulator") }) } ?? []
  }

  private var aliases: Set<String> { Set(devices.compactMap { $0.child("alias")?["name"] }) }

  // MARK: Attach

  /// The definition with the device in it, and the alias it has there.
  func attach(_ device: XMLText) throws(LibvirtError) -> (text: XMLText, alias: String?) {
    let wanted = try FakeDevices.normalised(
      try FakeDefinition.parse(device, function).root, among: devices, function)
    try checkKind(wanted.root)
    try checkIdentity(wanted.root)
    var part = wanted
    var port: DomainDocument?
    if let address = FakeSlots.pci(part.root) {
      try check(address, for: part.root)
    } else if part.root.child("address") == nil, FakeSlots.addressType(of: part.root) != nil {
      let parts = try devices.map { (device) throws(LibvirtError) in
        try FakeDefinition.parse(device.source, function)
      }
      port = try FakeDevices.address(&part, among: parts, function)
      if port != nil, side == .live { throw .internal("No more available PCI slots", function) }
    }
    if side == .live { part = try FakeRun.live(part.root, aliases: aliases, run: run, function) }
    var edit = Edit(document)
    insert(part, into: &edit)
    for controller in try controllers(for: part) { insert(controller, into: &edit) }
    if let port { insert(port, into: &edit) }
    return (edit.text(), part.root.child("alias")?["name"])
  }

  /// Controllers that a device needs and libvirt adds by itself, on the persistent side only (T14).
  private func controllers(for part: DomainDocument) throws(LibvirtError) -> [DomainDocument] {
    guard side == .persistent else { return [] }
    var parts = try (devices + [part.root]).map { (device) throws(LibvirtError) in
      try FakeDefinition.parse(device.source, function)
    }
    let count = parts.count
    for addition in FakeDevices.additions(to: parts.map(\.root), isExpress: FakeSlots(devices).isExpress)
    where addition.hasPrefix("<controller") {
      var controller = try FakeDevices.part(addition, function)
      if FakeSlots.addressType(of: controller.root) != nil {
        if let port = try FakeDevices.address(&controller, among: parts, function) { parts.append(port) }
      }
      parts.append(controller)
    }
    return Array(parts.dropFirst(count))
  }

  private func insert(_ part: DomainDocument, into edit: inout Edit) {
    let text = LibvirtStyle.indented(part.text)
    guard let list = document.root.child("devices") else { return }
    let rank = FakeDevices.rank(part.root)
    var before: Element?
    for device in list.children {
      // libvirt sorts a disk before the first of its bus with a later target (T3).
      if part.root.named("disk"), device.named("disk"), let bus = part.root.child("target")?["bus"],
        device.child("target")?["bus"] == bus,
        FakeSlots.driveNumber(device.child("target")?["dev"] ?? "")
          > FakeSlots.driveNumber(part.root.child("target")?["dev"] ?? "")
      {
        break
      }
      if device.named("emulator") || FakeDevices.rank(device) <= rank { before = device }
    }
    if let before { edit.insert(text, after: before) } else { edit.append(text, to: list) }
  }

  private func checkKind(_ device: Element) throws(LibvirtError) {
    let never = ["video", "hub", "smartcard", "memballoon", "nvram", "tpm", "panic", "audio", "graphics", "iommu"]
    if never.contains(device.name) {
      throw .notSupported("\(side) attach of device '\(device.name)' is not supported", function)
    }
    guard side == .live else { return }
    if device.named("sound") { throw .notSupported("live attach of device 'sound' is not supported", function) }
    if device.named("controller"), device["type"] != "scsi" {
      throw .notSupported("'\(device["type"] ?? "")' controller cannot be hot plugged.", function)
    }
    if device.named("disk"), let bus = device.child("target")?["bus"], ["ide", "sata", "fdc"].contains(bus) {
      throw .internal(
        "unable to execute QEMU command 'device_add': Bus 'ide.0' does not support hotplugging", function)
    }
  }

  private func checkIdentity(_ device: Element) throws(LibvirtError) {
    if let alias = device.child("alias")?["name"], aliases.contains(alias) {
      throw .unsupported("non unique alias detected: \(alias)", function)
    }
    if device.named("disk"), let target = device.child("target")?["dev"],
      let other = devices.first(where: { $0.named("disk") && $0.child("target")?["dev"] == target })
    {
      let sources = [other, device].map { $0.child("source")?["file"] ?? "" }
      throw side == .live
        ? .xml("target '\(target)' duplicated for disk sources '\(sources[0])' and '\(sources[1])'", function)
        : .invalid("target \(target) already exists", function)
    }
    if device.named("controller"),
      devices.contains(where: {
        $0.named("controller") && $0["type"] == device["type"] && $0["index"] == device["index"]
      })
    {
      throw .invalid("controller index='\(device["index"] ?? "")' already exists", function)
    }
    if let order = device.child("boot")?["order"] {
      if document.root.child("os")?.child("boot") != nil {
        throw .unsupported("per-device boot elements cannot be used together with os/boot elements", function)
      }
      if devices.contains(where: { $0.child("boot")?["order"] == order }) {
        throw .unsupported("boot order '\(order)' used for more than one device", function)
      }
    }
  }

  private func check(_ address: PCIAddress, for device: Element, besides old: Element? = nil) throws(LibvirtError) {
    let slots = FakeSlots(devices)
    if let holder = slots.holder(of: address), holder.range != old?.range {
      throw device.named("rng") && side == .persistent
        ? .unsupported("a device with the same address already exists ", function)
        : .xml("Attempted double use of PCI Address \(address)", function)
    }
    if address.bus != 0, !devices.contains(where: { $0["type"] == "pci" && $0["index"] == String(address.bus) }) {
      let highest = slots.ports.max() ?? 0
      throw .xml("Invalid PCI address \(address). only PCI buses up to \(highest) are available", function)
    }
    if slots.ports.contains(address.bus), address.slot != 0 {
      throw .xml("Invalid PCI address \(address). slot must be <= 0", function)
    }
    guard side == .live else { return }
    if address.function != 0 {
      throw .internal("Only PCI device addresses with function=0 are supported", function)
    }
    if address.bus == 0, slots.isExpress {
      throw .xml("PCI bus 0 is not hotpluggable, but hotplug was requested for \(address)", function)
    }
  }

  // MARK: Detach

  /// The device that libvirt would find for this XML (libvirt.md 2.1).
  func find(_ wanted: Element) throws(LibvirtError) -> Element? {
    let same = devices.filter { $0.name == wanted.name }
    func agrees(_ device: Element, on name: StaticString) -> Bool {
      guard let given = wanted.child(name), let own = device.child(name) else { return true }
      return given.attributes.allSatisfy { own.attribute(named: $0.name) == $0.value }
    }
    switch wanted.name {
    case "disk":
      return same.first { $0.child("target")?["dev"] == wanted.child("target")?["dev"] }
    case "controller":
      return same.first { $0["type"] == wanted["type"] && $0["index"] == wanted["index"] }
    case "interface":
      let found = same.filter {
        $0.child("mac")?["address"]?.lowercased() == wanted.child("mac")?["address"]?.lowercased()
          && agrees($0, on: "address") && (side == .persistent || agrees($0, on: "alias"))
      }
      guard found.count < 2 else { throw .failed("multiple devices matching MAC address found", function) }
      return found.first
    default:
      return same.first { device in
        agrees(device, on: "address") && agrees(device, on: "alias") && device.holds(wanted)
      }
    }
  }

  func find(alias: String) -> Element? { devices.first { $0.child("alias")?["name"] == alias } }

  /// Whether libvirt keeps the device whatever it was told, without an error (T25).
  func staysForEver(_ device: Element) -> Bool {
    switch device.name {
    case "input": return device["bus"] == "ps2"
    case "controller":
      guard device["type"] == "pci" else { return device["index"] == "0" && ["usb", "sata"].contains(device["type"]) }
      return devices.contains { FakeSlots.pci($0)?.bus == device["index"].flatMap { UInt64($0) } }
    default: return false
    }
  }

  func removing(_ device: Element) -> XMLText {
    guard !staysForEver(device) else { return document.text }
    var edit = Edit(document)
    edit.remove(device)
    return edit.text()
  }

  // MARK: Update

  /// The definition with the device as `wanted` says.
  func update(_ wanted: XMLText) throws(LibvirtError) -> XMLText {
    let given = try FakeDefinition.parse(wanted, function).root
    guard ["disk", "interface", "graphics", "memory"].contains(given.name) else {
      throw side == .live
        ? .unsupported("live update of device '\(given.name)' is not supported", function)
        : .notSupported("persistent update of device '\(given.name)' is not supported", function)
    }
    guard let old = try find(given) else { throw missing(given) }
    if side == .live, let field = changedField(given, old) {
      throw .notSupported("cannot modify field '\(field)' of the \(given.name)", function)
    }
    var part = try FakeDevices.normalised(given, among: devices, function)
    if let address = FakeSlots.pci(part.root) {
      try check(address, for: part.root, besides: old)
    } else if part.root.child("address") == nil, FakeSlots.addressType(of: part.root) != nil {
      let place = side == .live ? old.child("address")?.source : FakeSlots(devices).choose(for: part.root)
      part = try FakeDevices.edited(part, function) { edit, device in
        if let place { edit.append(place, to: device) }
      }
    }
    if side == .live { part = try keepingRuntimeParts(of: old, in: part) }
    var edit = Edit(document)
    edit.replace(old, with: LibvirtStyle.indented(part.text))
    return edit.text()
  }

  private func missing(_ device: Element) -> LibvirtError {
    guard device.named("disk") else { return .missing("no device found matching", function) }
    let target = device.child("target")?["dev"] ?? ""
    return side == .live
      ? .internal("No device with bus '' and target '\(target)'", function)
      : LibvirtError(
        code: .invalidArgument, domain: .qemu, message: "invalid argument: target \(target) doesn't exist.",
        function: function)
  }

  /// The first part that a live update may not change and would. What `given` leaves out is not compared.
  private func changedField(_ given: Element, _ old: Element) -> String? {
    let mayChange: [String]
    switch given.name {
    case "interface": mayChange = ["link", "bandwidth", "filterref", "coalesce", "port", "source", "target", "vlan"]
    case "disk": mayChange = ["cdrom", "floppy"].contains(old["device"]) ? ["source"] : []
    default: mayChange = given.children.map(\.name)
    }
    return given.children.first { child in
      guard !mayChange.contains(child.name), child.name != "backingStore" else { return false }
      guard let own = old.children.first(where: { $0.name == child.name }) else { return true }
      return !own.holds(child)
    }?.name
  }

  private func keepingRuntimeParts(of old: Element, in part: DomainDocument) throws(LibvirtError) -> DomainDocument {
    let kept = try FakeDevices.edited(part, function) { edit, device in
      for name in ["alias", "target", "backingStore"] where !device.children.contains(where: { $0.name == name }) {
        if let own = old.children.first(where: { $0.name == name }) { edit.append(own.source, to: device) }
      }
      if old.named("interface"), let type = old["type"] { edit.set("type", to: type, on: device) }
      if let source = device.child("source"), let own = old.child("source") {
        for name in ["portid", "bridge", "index"] where source.attribute(named: name) == nil {
          if let value = own.attribute(named: name) { edit.set(name, to: value, on: source) }
        }
      }
    }
    return kept
  }
}

extension Element {
  /// Whether everything that `other` states is here too, addresses and aliases aside.
  fileprivate func holds(_ other: Element) -> Bool {
    guard other.attributes.allSatisfy({ attribute(named: $0.name) == $0.value }) else { return false }
    guard other.hasChildren || other.trimmedText == trimmedText else { return false }
    return other.children.allSatisfy { child in
      ["address", "alias", "boot"].contains(child.name)
        || children.contains { $0.name == child.name && $0.holds(child) }
    }
  }
}
