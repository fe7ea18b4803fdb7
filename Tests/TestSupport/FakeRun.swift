import DomainXML
import Libvirt
import Vocabulary

/// What starting a domain makes of its persistent definition, and a live device of an attached one
/// (libvirt.md section 8, "start only").
enum FakeRun {
  /// The live definition of run `id`.
  static func live(from persistent: XMLText, id: Int, _ function: String) throws(LibvirtError) -> XMLText {
    let document = try FakeDefinition.parse(persistent, function)
    var edit = Edit(document)
    edit.set("id", to: String(id), on: document.root)
    if let cpu = document.root.child("cpu"), cpu["check"] != nil { edit.set("check", to: "full", on: cpu) }
    var aliases: Set<String> = []
    let devices = document.root.child("devices").map { Array($0.children) } ?? []
    for device in devices where !device.named("emulator") && !device.named("audio") {
      let live = try self.live(device, aliases: aliases, run: id, function)
      if let alias = live.root.child("alias")?["name"] { aliases.insert(alias) }
      edit.replace(device, with: LibvirtStyle.indented(live.text))
    }
    return edit.text()
  }

  /// One device as it looks on the live side.
  static func live(
    _ device: Element, aliases: Set<String>, run: Int, _ function: String
  ) throws(LibvirtError) -> DomainDocument {
    try FakeDevices.edited(try FakeDefinition.parse(device.source, function), function) { edit, device in
      if takesAlias(device), device.child("alias") == nil {
        edit.append(XMLText("<alias name='\(automaticAlias(of: device, besides: aliases))'/>"), to: device)
      }
      switch device.name {
      case "disk":
        if let source = device.child("source") { edit.set("index", to: "1", on: source) }
        edit.append(XMLText("<backingStore/>"), to: device)
      case "interface":
        let interfaces = aliases.filter { $0.hasPrefix("net") }.count
        if device.child("target") == nil {
          edit.append(XMLText("<target dev='vnet\(run * 16 + interfaces)'/>"), to: device)
        }
        // A network that is a bridge of the host: the live definition says so, beside the network.
        if device["type"] == "network", let source = device.child("source") {
          edit.set("type", to: "bridge", on: device)
          edit.set("portid", to: "5c0ce4b5-0000-4000-8000-\(hex(run, width: 12))", on: source)
          edit.set("bridge", to: "vmbr0", on: source)
        }
      case "channel" where device["type"] == "unix" && device.child("source") == nil:
        let name = device.child("target")?["name"] ?? ""
        let path = "/var/lib/libvirt/qemu/channel/target/domain-\(run)/\(name)"
        edit.append(XMLText("<source mode='bind' path='\(path)'/>"), to: device)
        if let target = device.child("target") { edit.set("state", to: "disconnected", on: target) }
      default: break
      }
    }
  }

  private static func takesAlias(_ device: Element) -> Bool {
    !["emulator", "graphics", "audio", "lease"].contains(device.name)
  }

  /// libvirt's own alias: QEMU's id of the device. The numbers of devices that went are given again.
  private static func automaticAlias(of device: Element, besides taken: Set<String>) -> String {
    func numbered(_ stem: String) -> String {
      (0...).lazy.map { "\(stem)\($0)" }.first { !taken.contains($0) } ?? stem
    }
    let index = device["index"] ?? "0"
    switch device.name {
    case "controller":
      switch (device["type"], device["model"]) {
      case ("pci", "pcie-root"): return "pcie.0"
      case ("pci", _): return "pci.\(index)"
      case ("usb", _): return index == "0" ? "usb" : "usb\(index)"
      // The chipset's own, which QEMU calls so.
      case ("ide", _) where index == "0": return "ide"
      case ("sata", _) where FakeSlots.pci(device) == PCIAddress(bus: 0, slot: 0x1f, function: 2): return "ide"
      case (let type, _): return "\(type ?? "")\(index)"
      }
    case "disk":
      let bus = device.child("target")?["bus"] ?? ""
      let number = FakeSlots.driveNumber(device.child("target")?["dev"] ?? "")
      guard let drive = device.child("address"), drive["type"] == "drive" else { return "\(bus)-disk\(number)" }
      let target = bus == "scsi" ? [drive["target"] ?? "0"] : []
      return ([bus + (drive["controller"] ?? "0"), drive["bus"] ?? "0"] + target + [drive["unit"] ?? "0"])
        .joined(separator: "-")
    case "interface": return numbered("net")
    case "console" where device.child("target")?["type"] == "serial": return "serial0"
    case "memballoon": return "balloon0"
    case "filesystem": return numbered("fs")
    case "redirdev": return numbered("redir")
    case "memory": return numbered(device["model"]?.replacing("-", with: "") ?? "dimm")
    default: return numbered(device.name)
    }
  }
}
