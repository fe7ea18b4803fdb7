import DomainXML
import Intent
import Vocabulary

/// Which layout a machine type has.
enum MachineFamily {
  case pc, q35

  init?(_ machine: String) {
    if machine == "q35" || machine.hasPrefix("pc-q35-") {
      self = .q35
    } else if machine == "pc" || machine.hasPrefix("pc-i440fx-") {
      self = .pc
    } else {
      return nil
    }
  }

  /// How many places the layouts below make room for: eight ports on each of 14 slots; 25 slots of the root, each of
  /// which may be a bridge with 31.
  var mostPlaces: Int {
    switch self {
    case .q35: 14 * 8
    case .pc: 25 * 31
    }
  }
}

/// Writes the definition of a new domain without its devices: everything that libvirt would otherwise choose, with
/// every controller in its place and the ports that later devices will need.
struct DefinitionComposer {
  enum Firmware {
    case bios, floating
    case image(FirmwareImage)
  }

  enum CPU {
    case mode(String)
    case custom(HostModel)
  }

  let input: PlanningInput
  let stated: CreationIntent.Stated
  let machine: String
  let family: MachineFamily
  let firmware: Firmware
  let cpu: CPU?

  private var type: String { stated.type ?? input.host.virtTypes.first ?? "kvm" }

  func skeleton() -> XMLText {
    var writer = XMLWriter()
    writer.element("domain", ["type": type]) { domain in
      domain.element("name", text: input.wanted.name.text)
      domain.element("uuid", text: input.uuid.description)
      memory(&domain)
      system(&domain)
      domain.element("features") { features in
        features.element("acpi")
        features.element("apic")
      }
      if cpu != nil || stated.hotplugMemory != nil {
        domain.raw(cpuElement(check: type == "kvm" ? "partial" : "none"))
      }
      domain.element("clock", ["offset": "utc"])
      domain.element("on_poweroff", text: "destroy")
      domain.element("on_reboot", text: "restart")
      domain.element("on_crash", text: "destroy")
      domain.element("devices") { devices(&$0) }
    }
    return writer.finish()
  }

  private func memory(_ domain: inout XMLWriter) {
    if let hotplug = stated.hotplugMemory {
      domain.element("maxMemory", ["slots": String(hotplug.slots), "unit": "KiB"], text: String(hotplug.limit))
    }
    domain.element("memory", ["unit": "KiB"], text: String(stated.memory))
    domain.element("currentMemory", ["unit": "KiB"], text: String(input.wanted.memory ?? stated.memory))
    let current = input.wanted.vcpus.flatMap { $0 < stated.vcpus ? String($0) : nil }
    domain.element("vcpu", ["placement": "static", "current": current], text: String(stated.vcpus))
  }

  private func system(_ domain: inout XMLWriter) {
    var floating = false
    if case .floating = firmware { floating = true }
    domain.element("os", ["firmware": floating ? "efi" : nil]) { os in
      os.element("type", ["arch": input.host.architecture, "machine": machine], text: "hvm")
      if case .image(let image) = firmware {
        os.element("loader", ["readonly": "yes", "type": "pflash"], text: image.loader)
        os.element("nvram", ["template": image.template])
      }
      if let kernel = stated.kernel { os.element("kernel", text: kernel) }
      if let initrd = stated.initrd { os.element("initrd", text: initrd) }
      if let cmdline = stated.cmdline { os.element("cmdline", text: cmdline) }
    }
  }

  /// The CPU; memory hotplug needs a NUMA cell until libvirt 9.6.
  private func cpuElement(check: String) -> XMLText {
    var writer = XMLWriter()
    var attributes: KeyValuePairs<String, String?> = [:]
    switch cpu {
    case .mode(let mode): attributes = ["mode": mode, "check": "none"]
    case .custom: attributes = ["mode": "custom", "match": "exact", "check": check]
    case .none: break
    }
    writer.element("cpu", attributes) { element in
      if case .custom(let model) = cpu { DefinitionComposer.write(model, overridden: [], &element) }
      if stated.hotplugMemory != nil {
        element.element("numa") {
          $0.element(
            "cell",
            [
              "id": "0", "cpus": stated.vcpus > 1 ? "0-\(stated.vcpus - 1)" : "0", "memory": String(stated.memory),
              "unit": "KiB",
            ])
        }
      }
    }
    return writer.finish()
  }

  /// A custom CPU in the place of a floating one, with everything else that the element said: topology, NUMA cells,
  /// features that were asked for.
  static func cpu(_ model: HostModel, check: String, keeping given: Element) -> XMLText {
    let own = given.children(named: "feature")
    var writer = XMLWriter()
    writer.element("cpu", ["mode": "custom", "match": "exact", "check": check]) { element in
      write(model, overridden: Set(own.compactMap { $0["name"] }), &element)
      for child in given.children where !child.named("model") && !child.named("vendor") { element.raw(child.source) }
    }
    return writer.finish()
  }

  private static func write(_ model: HostModel, overridden: Set<String>, _ cpu: inout XMLWriter) {
    cpu.element("model", ["fallback": "forbid"], text: model.model)
    if let vendor = model.vendor { cpu.element("vendor", text: vendor) }
    for feature in model.features where !overridden.contains(feature.name) {
      cpu.element("feature", ["policy": feature.policy, "name": feature.name])
    }
  }

  // MARK: Devices that every domain has

  /// The devices of the definition, with their elements.
  private var wanted: [(device: WantedDevice, element: Element)] {
    (input.wanted.devices ?? []).compactMap { device in
      device.isWanted(on: .persistent) ? device.element.map { (device, $0) } : nil
    }
  }

  private func slotKind(_ device: WantedDevice, _ element: Element) -> SlotRule.Kind? {
    device.kind.slotKind(of: element, libvirt: input.host.libvirt)
  }

  /// PCI places that have to be made: for each device that takes one (a device with an address on the root itself
  /// does not), for controllers that addresses name beside the first of their type, and those to be left free.
  private var places: Int {
    let devices = wanted.count { device, element in
      if case .pci(let address) = device.address { return address.bus != 0 }
      return slotKind(device, element) == .pci
    }
    let controllers = Set(wanted.compactMap { $0.device.address?.controller })
    return devices + controllers.count { $0.type != "pci" && $0.index > 0 } + Int(stated.rootPorts)
  }

  /// Why the layout cannot hold what is wanted.
  var refusal: Refusal? {
    if places > family.mostPlaces {
      return Refusal(
        "slots-short", path: "pci", wanted: "\(places) pci slots", found: "\(family.mostPlaces) in the layout",
        reason: "there is no room: \(places) PCI places are wanted, and vmctl lays out \(family.mostPlaces) at most",
        wouldTake: "scsi disks, or spec.creation.xml")
    }
    guard family == .q35, let disk = wanted.first(where: { slotKind($0.device, $0.element) == .drive("ide") }) else {
      return nil
    }
    return Refusal(
      "machine-unsupported", target: .device(disk.device.id), path: disk.device.path, wanted: "ide",
      reason: "a q35 machine has no ide bus", wouldTake: "bus: sata, or machine: pc")
  }

  private func devices(_ devices: inout XMLWriter) {
    if let emulator = input.host.emulator { devices.element("emulator", text: emulator) }
    switch family {
    case .q35: expressPorts(places, &devices)
    case .pc: conventionalBridges(places, &devices)
    }
    // On bus 0 stands only what is never unplugged. These places follow from the family alone.
    let first: UInt64 = family == .q35 ? 0x10 : 0x03
    controller("usb", "qemu-xhci", at: first, &devices)
    controller("virtio-serial", nil, at: first + 1, &devices)
    controller("scsi", "virtio-scsi", at: first + 2, &devices)
    if family == .q35 {
      // The chipset's own, written out where it is.
      devices.element("controller", ["type": "sata", "index": "0"]) {
        address(PCIAddress(bus: 0, slot: 0x1f, function: 2), &$0)
      }
    }
    serialPort(&devices)
    if stated.graphics != "none" {
      devices.element("graphics", ["type": stated.graphics, "port": "-1", "autoport": "yes"]) {
        $0.element("listen", ["type": "address", "address": "127.0.0.1"])
      }
      devices.element("video") { video in
        video.element("model", ["type": "vga", "primary": "yes"])
        address(family == .q35 ? 0x01 : 0x02, &video)
      }
    }
    devices.element("memballoon", ["model": "virtio"]) { address(first + 3, &$0) }
  }

  /// Eight ports a slot, `multifunction` written on the first: a port that joins later would flip it (T6).
  private func expressPorts(_ count: Int, _ devices: inout XMLWriter) {
    devices.element("controller", ["type": "pci", "index": "0", "model": "pcie-root"])
    for index in 0..<count {
      let slot = UInt64(2 + index / 8)
      let function = UInt64(index % 8)
      devices.element("controller", ["type": "pci", "index": String(index + 1), "model": "pcie-root-port"]) { port in
        port.element("model", ["name": "pcie-root-port"])
        port.element("target", ["chassis": String(index + 1), "port": "0x" + hex(slot << 3 | function, width: 1)])
        port.element(
          "address",
          [
            "type": "pci", "domain": "0x0000", "bus": "0x00", "slot": "0x" + hex(slot, width: 2),
            "function": "0x" + hex(function, width: 1), "multifunction": function == 0 ? "on" : nil,
          ])
      }
    }
  }

  /// The root has 25 places after the devices below; each bridge takes one and gives 31.
  private func conventionalBridges(_ count: Int, _ devices: inout XMLWriter) {
    devices.element("controller", ["type": "pci", "index": "0", "model": "pci-root"])
    let free = 25
    guard count > free else { return }
    let bridges = (count - free + 29) / 30
    for index in 1...bridges {
      devices.element("controller", ["type": "pci", "index": String(index), "model": "pci-bridge"]) { bridge in
        bridge.element("model", ["name": "pci-bridge"])
        bridge.element("target", ["chassisNr": String(index)])
        address(UInt64(0x20 - index), &bridge)
      }
    }
  }

  private func controller(_ type: String, _ model: String?, at slot: UInt64, _ devices: inout XMLWriter) {
    devices.element("controller", ["type": type, "index": "0", "model": model]) { address(slot, &$0) }
  }

  private func address(_ slot: UInt64, _ device: inout XMLWriter) {
    address(PCIAddress(bus: 0, slot: slot), &device)
  }

  private func address(_ address: PCIAddress, _ device: inout XMLWriter) {
    device.begin("address")
    for (name, value) in Slot.pci(address).addressAttributes { device.attribute(name, value) }
    device.end()
  }

  private func serialPort(_ devices: inout XMLWriter) {
    let type: String
    var path: String?
    switch stated.serial {
    case .none: return
    case .pty: type = "pty"
    case .file(let file):
      type = "file"
      path = file
    }
    devices.element("serial", ["type": type]) { serial in
      if let path { serial.element("source", ["path": path]) }
      serial.element("target", ["type": "isa-serial", "port": "0"]) {
        $0.element("model", ["name": "isa-serial"])
      }
    }
  }
}
