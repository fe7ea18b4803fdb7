import DomainXML
import Intent
import Vocabulary

/// Plans a domain that does not exist: one definition that holds everything, with every slot chosen (I1, R10).
struct CreationPlanner {
  private let input: PlanningInput
  private var plan: Plan

  init(_ input: PlanningInput) {
    self.input = input
    plan = Plan(name: input.wanted.name.text, uuid: input.uuid, generation: input.generation)
  }

  mutating func run() -> Plan {
    if case .gone(let reason) = input.absence {
      refuse(
        "gone", reason: "the domain '\(input.wanted.name)' is gone: \(reason)",
        wouldTake: "vmctl restore \(input.wanted.name) brings it back; vmctl forget \(input.wanted.name) lets it go")
      return plan
    }
    guard let creation = input.wanted.creation else {
      refuse(
        "no-creation", path: "spec.creation",
        reason: "there is no domain '\(input.wanted.name)', and the document does not say how to create it",
        wouldTake: "add spec.creation")
      return plan
    }
    let base: DomainDocument?
    switch creation.content {
    case .stated(let stated): base = skeleton(stated)
    case .xml(let document): base = given(document)
    }
    guard let base, let definition = definition(base) else { return plan }
    place(definition, digest: creation.digest)
    if plan.refused.contains(where: \.concernsWholePlan) {
      plan.steps = []
      plan.placements = []
    }
    return plan
  }

  private mutating func refuse(
    _ code: Problem.Code, path: String? = nil, wanted: String? = nil, found: String? = nil, reason: String,
    wouldTake: String? = nil
  ) {
    plan.refused.append(
      Refusal(code, target: .domain, path: path, wanted: wanted, found: found, reason: reason, wouldTake: wouldTake))
  }

  private mutating func definition(_ document: DomainDocument) -> DomainDefinition? {
    do throws(XMLFault) {
      return try DomainDefinition(document)
    } catch {
      refuse("invalid-document", path: "spec.creation", reason: error.message)
      return nil
    }
  }

  // MARK: What floats is resolved (R10)

  private mutating func skeleton(_ stated: CreationIntent.Stated) -> DomainDocument? {
    guard let machine = resolveMachine(stated.machine) else { return nil }
    guard let family = MachineFamily(machine) else {
      refuse(
        "machine-unsupported", path: "spec.creation.machine", wanted: stated.machine,
        reason: "vmctl lays out pc and q35 machines by itself, no others", wouldTake: "spec.creation.xml")
      return nil
    }
    let firmware = resolveFirmware(stated.firmware, machine: machine)
    let cpu = resolveCPU(stated)
    for (path, place) in [(stated.kernel, "kernel"), (stated.initrd, "initrd")] {
      guard let path, let fact = input.host.files[path] else { continue }
      plan.refused += Preflight.file(path, fact, target: .domain, at: "spec.creation.\(place)")
    }
    if let limit = input.host.machines.first(where: { $0.name == machine })?.maximumCPUs, stated.vcpus > limit {
      refuse(
        "too-many-vcpus", path: "spec.creation.vcpus", wanted: String(stated.vcpus), found: String(limit),
        reason: "\(machine) has at most \(limit) virtual CPUs")
    }
    if let vcpus = input.wanted.vcpus, vcpus > stated.vcpus {
      refuse(
        "too-many-vcpus", path: "spec.vcpus", wanted: String(vcpus), found: String(stated.vcpus),
        reason: "spec.vcpus is more than the maximum in spec.creation.vcpus")
    }
    if let memory = input.wanted.memory, memory > stated.memory {
      refuse(
        "too-much-memory", path: "spec.memory", wanted: "\(memory) KiB", found: "\(stated.memory) KiB",
        reason: "spec.memory is more than the boot memory in spec.creation.memory")
    }
    guard plan.refused.isEmpty else { return nil }
    let composer = DefinitionComposer(
      input: input, stated: stated, machine: machine, family: family, firmware: firmware, cpu: cpu)
    guard let document = try? DomainDocument(composer.skeleton()) else {
      refuse("internal", reason: "the definition that vmctl wrote is no XML")
      return nil
    }
    return document
  }

  private mutating func resolveMachine(_ name: String) -> String? {
    // Without host facts (an offline plan) the name stands as it is, and the plan says so.
    guard !input.host.machines.isEmpty else {
      plan.notes.append("machine '\(name)' is not resolved: nothing is known of the host")
      return name
    }
    guard let machine = input.host.resolve(machine: name) else {
      let known = input.host.machines.filter { $0.canonical != nil }.map(\.name)
      refuse(
        "machine-unknown", path: "spec.creation.machine", wanted: name,
        reason: "the host has no machine type '\(name)'",
        wouldTake: nearest(to: name, among: input.host.machines.map(\.name)).map { "did you mean '\($0)'?" }
          ?? "one of \(known.joined(separator: ", ")) or a versioned name")
      return nil
    }
    if machine.deprecated { plan.notes.append("machine type \(machine.name) is deprecated on this host") }
    return machine.name
  }

  private mutating func resolveFirmware(
    _ firmware: CreationIntent.Firmware, machine: String
  ) -> DefinitionComposer.Firmware {
    guard case .efi(let followHost) = firmware else { return .bios }
    if followHost {
      plan.notes.append("the firmware follows the host: libvirt chooses it again at every cold boot")
      return .floating
    }
    guard let image = input.host.firmware.first(where: { $0.serves(machine: machine) && !$0.secureBoot }) else {
      refuse(
        "firmware-missing", path: "spec.creation.firmware", wanted: "efi",
        reason: "the host has no EFI firmware for \(machine)", wouldTake: "install the package ovmf")
      return .bios
    }
    return .image(image)
  }

  private mutating func resolveCPU(_ stated: CreationIntent.Stated) -> DefinitionComposer.CPU? {
    guard let cpu = stated.cpu else { return nil }
    switch cpu.model {
    case "host-passthrough", "maximum":
      plan.notes.append("cpu \(cpu.model) is whatever the host has: the guest's CPU changes with the host")
      return .mode(cpu.model)
    case "host-model" where cpu.followHost:
      plan.notes.append("the CPU follows the host: libvirt chooses it again at every cold boot")
      return .mode(cpu.model)
    case "host-model":
      guard let model = input.host.hostModel else {
        refuse(
          "cpu-unknown", path: "spec.creation.cpu.model", wanted: "host-model",
          reason: "what host-model stands for on the host is not known", wouldTake: "name a model")
        return nil
      }
      return .custom(model)
    default: return .custom(HostModel(model: cpu.model, vendor: nil, features: []))
    }
  }

  /// A definition of the user's own: name and UUID are put in or checked, what floats is resolved, the rest is kept
  /// (R12).
  private mutating func given(_ document: DomainDocument) -> DomainDocument? {
    let root = document.root
    if let name = root.child("name")?.trimmedText, name != input.wanted.name.text {
      refuse(
        "name-mismatch", path: "spec.creation.xml", wanted: input.wanted.name.text, found: name,
        reason: "the XML names another domain than the document")
    }
    if let text = root.child("uuid")?.trimmedText, let uuid = DomainUUID(text), uuid != input.uuid {
      refuse(
        "uuid-clash", path: "spec.creation.xml", wanted: input.uuid.description, found: text,
        reason: "the XML has another UUID than the document", wouldTake: "state it as metadata.uuid")
    }
    if root.child("os")?.child("boot") != nil {
      refuse(
        "os-boot", path: "spec.creation.xml", found: "<os><boot/></os>",
        reason: "libvirt then refuses every boot order of a device for ever",
        wouldTake: "leave <boot> out of <os> and give devices a boot order")
    }
    if root.child("metadata")?.children.contains(where: { $0.namespaceURI == ManagedState.namespace }) ?? false {
      refuse(
        "foreign-metadata", path: "spec.creation.xml", reason: "the XML carries vmctl's own metadata element",
        wouldTake: "leave it out")
    }
    guard plan.refused.isEmpty else { return nil }
    var edit = Edit(document)
    var head: [XMLText] = []
    if root.child("name") == nil {
      head.append(XMLText("<name>\(XMLWriter.escape(input.wanted.name.text))</name>"))
    }
    if root.child("uuid") == nil { head.append(XMLText("<uuid>\(input.uuid)</uuid>")) }
    if root.child("devices") == nil { head.append(XMLText("<devices/>")) }
    for xml in head { edit.append(xml, to: root) }
    if let type = root.child("os")?.child("type") {
      guard let machine = resolveMachine(type["machine"] ?? "pc") else { return nil }
      edit.set("machine", to: machine, on: type)
    }
    if let cpu = root.child("cpu"), cpu["mode"] == "host-model", let model = input.host.hostModel {
      edit.replace(cpu, with: DefinitionComposer.cpuElement(.custom(model), numa: nil, check: "partial"))
    }
    return try? edit.apply()
  }

  // MARK: Devices

  /// Puts every device on a slot and into the definition.
  private mutating func place(_ skeleton: DomainDefinition, digest: Digest) {
    var allocator = SlotAllocator([skeleton])
    let composer = DeviceComposer(domain: input.uuid, libvirt: input.host.libvirt)
    var bindings: [ManagedState.Binding] = []
    var elements: [XMLText] = []
    let wanted = (input.wanted.devices ?? []).filter { $0.sides != .live }
    let firstBoot = bootDevice(wanted, skeleton)
    for device in wanted {
      bindings.append(
        ManagedState.Binding(
          id: device.id, isReference: device.element == nil, content: device.contentDigest,
          isProtected: device.isProtected))
      guard let element = device.element else {
        if case .reference(let reference) = device.content,
          PlanningPass.find(reference, in: skeleton) == nil
        {
          refuse(
            "reference-missing", path: device.path, reason: "the document refers to a device that is not there")
        }
        continue
      }
      plan.refused += Preflight.refusals(device, element, input.host)
      refuseClash(device, element, skeleton)
      guard let slot = slot(device, element, &allocator) else { continue }
      let order = device.bootOrder ?? (device.id == firstBoot ? 1 : nil)
      elements.append(
        composer.compose(
          element, kind: device.kind, id: device.id, alias: device.id.alias, slot: slot.value, bootOrder: order))
      plan.placements.append(Placement(device: device.id, kind: device.kind.name, slot: slot.value, guestPath: nil))
    }
    guard let definition = finish(skeleton, elements, bindings, digest) else { return }
    for index in plan.placements.indices {
      let placement = plan.placements[index]
      guard case .pci(let address) = placement.slot else { continue }
      plan.placements[index].guestPath = definition.pci.guestPath(of: address)
    }
    plan.steps.append(
      Step(
        .define, .domain, side: .persistent, effect: .live, xml: definition.document.text,
        reason: "there is no domain '\(input.wanted.name)'"))
    if input.wanted.power == .running {
      plan.steps.append(Step(.start, .power, effect: .live, reason: "the document wants the domain running"))
    }
  }

  /// A definition without any boot order gets `<os><boot dev='hd'/>` from libvirt, and then no device can ever have
  /// a boot order (T2). So the first disk gets one, or else the first card.
  private mutating func bootDevice(_ wanted: [WantedDevice], _ skeleton: DomainDefinition) -> DeviceID? {
    let stated = wanted.contains { $0.bootOrder != nil } || skeleton.devices.contains { $0.bootOrder != nil }
    guard !stated else { return nil }
    let disk = wanted.first { $0.kind === DeviceKind.disk }
    let chosen = disk ?? wanted.first { $0.kind === DeviceKind.interface }
    if let chosen {
      plan.notes.append("no device has a boot order: '\(chosen.id)' gets 1")
    } else {
      plan.notes.append("nothing to boot from: libvirt adds <boot dev='hd'/>, and no device can get a boot order later")
    }
    return chosen?.id
  }

  private mutating func refuseClash(_ device: WantedDevice, _ element: Element, _ skeleton: DomainDefinition) {
    for unique in device.kind.unique {
      guard let value = element.value(at: unique.path) else { continue }
      if skeleton.devices.contains(where: { $0.kind === device.kind && $0.element.value(at: unique.path) == value }) {
        refuse(
          "target-taken", path: device.path, wanted: value,
          reason: "the \(unique.word) \(value) is also in spec.creation.xml",
          wouldTake: "state the device once")
      }
    }
  }

  private struct ChosenSlot { let value: Slot? }

  private mutating func slot(
    _ device: WantedDevice, _ element: Element, _ allocator: inout SlotAllocator
  ) -> ChosenSlot? {
    if let address = device.address {
      guard allocator.isFree(address) else {
        refuse(
          "slot-taken", path: device.path + ".address", wanted: address.description, reason: "the slot is taken",
          wouldTake: "leave `address` out: vmctl chooses a free one")
        return nil
      }
      allocator.take(address)
      return ChosenSlot(value: address)
    }
    guard let kind = device.kind.slotKind(of: element, libvirt: input.host.libvirt) else {
      return ChosenSlot(value: nil)
    }
    guard let slot = allocator.allocate(kind, for: device.id) else {
      refuse(
        "slots-short", path: kind.words, reason: "there is no \(kind.words) slot for '\(device.id)'",
        wouldTake: kind == .pci ? "more rootPorts, or fewer devices" : "another bus, or fewer devices")
      return nil
    }
    return ChosenSlot(value: slot)
  }

  private mutating func finish(
    _ skeleton: DomainDefinition, _ elements: [XMLText], _ bindings: [ManagedState.Binding], _ digest: Digest
  ) -> DomainDefinition? {
    let state = ManagedState(
      generation: input.generation, creationDigest: digest, isProtected: input.wanted.isProtected, bindings: bindings)
    guard let devices = skeleton.root.child("devices") else { return nil }
    var edit = Edit(skeleton.document)
    for element in elements { edit.append(element, to: devices) }
    if let metadata = skeleton.root.child("metadata") {
      edit.append(state.xmlWithNamespace, to: metadata)
    } else if let anchor = skeleton.root.child("uuid") ?? skeleton.root.child("name") {
      var writer = XMLWriter()
      writer.begin("metadata")
      writer.raw(state.xmlWithNamespace)
      writer.end()
      edit.insert(writer.finish(), after: anchor)
    }
    do throws(XMLFault) {
      return try DomainDefinition(try edit.apply())
    } catch {
      refuse("invalid-document", path: "spec.creation", reason: error.message)
      return nil
    }
  }

  /// Whether a stated machine is what a domain has: `q35` equals any `pc-q35-*` (R10).
  static func sameFamily(_ stated: String, _ resolved: String, _ found: String) -> Bool {
    if stated == found || resolved == found { return true }
    switch stated {
    case "q35": return found.hasPrefix("pc-q35-")
    case "pc": return found.hasPrefix("pc-i440fx-")
    default: return false
    }
  }
}
