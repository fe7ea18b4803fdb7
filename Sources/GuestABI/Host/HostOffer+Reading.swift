package import DomainXML
package import Vocabulary

extension HostOffer {
  /// Adds what one of libvirt's documents says: capabilities, domain capabilities, or the file in which the QEMU driver
  /// keeps what it found out (`qemuCaps`).
  /// - Throws: where the text is none of these.
  package mutating func add(_ text: XMLText) throws(XMLFault) {
    let root = try DomainDocument(text).root
    switch root.name {
    case "capabilities": addCapabilities(root)
    case "domainCapabilities": try add(MachineOffer(root))
    case "qemuCaps": addQEMU(root)
    default:
      throw XMLFault(
        .malformed, "a <\(root.name)> does not describe a host: <capabilities>, <domainCapabilities> or <qemuCaps>",
        line: 1)
    }
  }

  /// An offer replaces one of the same machine type.
  private mutating func add(_ offer: MachineOffer) {
    machineOffers.removeAll { $0.platform == offer.platform && $0.machine == offer.machine }
    machineOffers.append(offer)
  }

  /// Adds what keeps models from the host, and what its `host-model` is in full, where its libvirt was asked for them
  /// one by one.
  package mutating func add(blockers: [String: Set<String>], features: Set<String>?, on platform: Platform) {
    for index in machineOffers.indices where machineOffers[index].platform == platform {
      var cpu = machineOffers[index].cpu
      for (name, blockers) in blockers where cpu.models[name]?.usable == .no && cpu.models[name]?.blockers == nil {
        cpu.models[name]?.blockers = blockers
      }
      cpu.features = cpu.features ?? features
      machineOffers[index].cpu = cpu
    }
  }

  private mutating func addCapabilities(_ root: Element) {
    var found: [String: Set<String>] = [:]
    for guest in root.children(named: "guest") where guest.value(at: "os_type") == "hvm" {
      guard let arch = guest.child("arch"), let architecture = arch["name"] else { continue }
      let common = HostOffer.machineTypes(arch)
      if let emulator = arch.value(at: "emulator") { found[architecture, default: []].insert(emulator) }
      for domain in arch.children(named: "domain") {
        guard let virtType = domain["type"] else { continue }
        if let emulator = domain.value(at: "emulator") { found[architecture, default: []].insert(emulator) }
        // A virtualisation type may have a list of its own; the one above it is of the others.
        let own = HostOffer.machineTypes(domain)
        machines[Platform(architecture: architecture, virtType: virtType)] = own.isEmpty ? common : own
      }
    }
    emulators = (emulators ?? [:]).merging(found) { $0.union($1) }
  }

  private static func machineTypes(_ element: Element) -> [String: MachineType] {
    var types: [String: MachineType] = [:]
    for machine in element.children(named: "machine") {
      let name = machine.trimmedText
      types[name] = MachineType(
        name: name, canonical: machine["canonical"], deprecated: machine["deprecated"] == "yes",
        maximumCPUs: machine.number("maxCpus"))
    }
    return types
  }

  /// `virQEMUCapsFormatCache`.
  private mutating func addQEMU(_ root: Element) {
    hypervisor = hypervisor ?? root.value(at: "version").flatMap { UInt64($0) }.map(Version.init(number:))
    let architecture = root.value(at: "arch") ?? "x86_64"
    if let emulator = root.value(at: "emulator") {
      emulators = (emulators ?? [:]).merging([architecture: [emulator]]) { $0.union($1) }
    }
    for machine in root.children(named: "machine") {
      guard let platform = HostOffer.platform(machine, architecture), let name = machine["name"] else { continue }
      machines[platform, default: [:]][name] = MachineType(
        name: name, deprecated: machine["deprecated"] == "yes", maximumCPUs: machine.number("maxCpus"))
      if let alias = machine["alias"] {
        machines[platform, default: [:]][alias] = MachineType(name: alias, canonical: name)
      }
    }
    for cpu in root.children(named: "cpu") {
      guard let platform = HostOffer.platform(cpu, architecture), let name = cpu["name"] else { continue }
      models[platform, default: [:]][name] = CPUOffer.Model(
        usable: cpu["usable"].flatMap(CPUOffer.Model.Usable.init) ?? .unknown, isDeprecated: cpu["deprecated"] == "yes",
        blockers: Set(cpu.children(named: "blocker").compactMap { $0["name"] }))
    }
  }

  /// QEMU's cache has `tcg` for what domains call `qemu`.
  private static func platform(_ element: Element, _ architecture: String) -> Platform? {
    element["type"].map { Platform(architecture: architecture, virtType: $0 == "tcg" ? "qemu" : $0) }
  }
}

extension MachineOffer {
  /// Reads domain capabilities.
  /// - Throws: where they name no machine type or platform.
  init(_ root: Element) throws(XMLFault) {
    guard let machine = root.value(at: "machine"), let architecture = root.value(at: "arch"),
      let virtType = root.value(at: "domain")
    else { throw XMLFault(.malformed, "the domain capabilities name no machine type", line: 1) }
    self.machine = machine
    platform = HostOffer.Platform(architecture: architecture, virtType: virtType)
    emulator = root.value(at: "path")
    cpu = root.child("cpu").map { CPUOffer($0) } ?? CPUOffer()
    let os = root.child("os")
    firmware = os.flatMap { MachineOffer.values($0, "firmware") }
    loaders = Set(os?.child("loader")?.children(named: "value").map(\.trimmedText) ?? [])
    for device in root.child("devices").map({ Array($0.children) }) ?? [] {
      for list in device.children(named: "enum") {
        guard let name = list["name"] else { continue }
        enumerations["\(device.name)/\(name)"] =
          device["supported"] == "no" ? [] : Set(list.children(named: "value").map(\.trimmedText))
      }
    }
  }

  private static func values(_ element: Element, _ name: String) -> Set<String>? {
    element.children(named: "enum").first { $0.holds("name", name) }
      .map { Set($0.children(named: "value").map(\.trimmedText)) }
  }
}

extension CPUOffer {
  /// Reads `<cpu>` of domain capabilities.
  init(_ element: Element) {
    var supported: Set<String> = []
    for mode in element.children(named: "mode") where mode["supported"] == "yes" {
      guard let name = mode["name"] else { continue }
      supported.insert(name)
      if name == "host-model" { hostModel = HostModel(mode) }
      guard name == "custom" else { continue }
      var blockers: [String: Set<String>] = [:]
      for list in mode.children(named: "blockers") {
        guard let model = list["model"] else { continue }
        blockers[model] = Set(list.children(named: "feature").compactMap { $0["name"] })
      }
      for model in mode.children(named: "model") {
        let name = model.trimmedText
        let usable = model["usable"].flatMap(CPUOffer.Model.Usable.init) ?? .unknown
        models[name] = Model(
          usable: usable, isDeprecated: model["deprecated"] == "yes",
          blockers: usable == .yes ? [] : blockers[name])
      }
    }
    modes = supported
  }
}
