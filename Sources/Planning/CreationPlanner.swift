import DomainXML
import Intent
import Vocabulary

/// Plans a domain that does not exist: one definition that holds everything, with every slot chosen (I1, R10).
struct CreationPlanner {
  let input: PlanningInput
  var plan: Plan
  private let composer: DeviceComposer

  init(_ input: PlanningInput) {
    self.input = input
    plan = Plan(name: input.wanted.name.text, uuid: input.uuid, generation: input.generation)
    composer = DeviceComposer(domain: input.uuid, libvirt: input.host.libvirt)
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
    guard let base, let definition = definition(stating(base)) else { return plan }
    place(definition, digest: creation.digest)
    // Of a domain that does not exist nothing can be done in part.
    if !plan.refused.isEmpty {
      plan.steps = []
      plan.placements = []
    }
    return plan
  }

  mutating func refuse(
    _ code: Problem.Code, target: Step.Target = .domain, path: String? = nil, wanted: String? = nil,
    found: String? = nil, reason: String, wouldTake: String? = nil
  ) {
    plan.refused.append(
      Refusal(code, target: target, path: path, wanted: wanted, found: found, reason: reason, wouldTake: wouldTake))
  }

  private mutating func definition(_ document: DomainDocument) -> DomainDefinition? {
    do throws(XMLFault) {
      return try DomainDefinition(document)
    } catch {
      refuse("invalid-document", path: "spec.creation", reason: error.message)
      return nil
    }
  }

  /// The document with the settings that are wanted: what they need may have to be there at the first start.
  private func stating(_ document: DomainDocument) -> DomainDocument {
    let isOurs = document.root.value(at: "currentMemory") != nil && input.wanted.isStatedCreation
    let settings = input.wanted.settings.filter { !isOurs || !["memory", "vcpus"].contains($0.setting.name) }
    guard !settings.isEmpty else { return document }
    var draft = ElementDraft(document.root)
    for wanted in settings { wanted.setting.state(wanted.value, key: wanted.key, in: &draft) }
    return (try? DomainDocument(draft.xml)) ?? document
  }

  // MARK: Devices

  /// What the definition gets of the documents' devices.
  private struct Additions {
    var slots: SlotBook
    var controllers: [XMLText] = []
    var elements: [XMLText] = []
  }

  /// Puts every device on a slot and into the definition.
  private mutating func place(_ skeleton: DomainDefinition, digest: Digest) {
    var additions = Additions(slots: SlotBook([skeleton]))
    // What is wanted of the running domain only is attached when it runs.
    let wanted = (input.wanted.devices ?? []).filter { $0.isWanted(on: .persistent) }
    for device in wanted { if let address = device.address { additions.slots.reserve(address, for: device.id) } }
    let firstBoot = bootDevice(wanted, skeleton)
    for device in wanted {
      guard let element = device.element else {
        refuseReference(device, skeleton)
        continue
      }
      plan.refused += Preflight.refusals(device, element, input.host)
      refuseClash(device, element, skeleton)
      provide(device, element, skeleton, &additions)
      guard let slot = slot(device, element, skeleton, &additions) else { continue }
      let order = device.bootOrder ?? (device.id == firstBoot ? 1 : nil)
      additions.elements.append(
        composer.compose(
          element, kind: device.kind, id: device.id, alias: device.id.alias, slot: slot.value, bootOrder: order))
      plan.placements.append(Placement(device: device.id, kind: device.kind.name, slot: slot.value, guestPath: nil))
    }
    for (kind, capacity) in additions.slots.capacity { plan.capacity[kind.words] = capacity }
    for (kind, names) in additions.slots.short.sorted(by: { $0.key.words < $1.key.words }) {
      plan.refused.append(.slotsShort(kind, additions.slots.capacity[kind], names))
    }
    guard let definition = finish(skeleton, additions.controllers + additions.elements, digest) else { return }
    let topology = definition.pci
    for index in plan.placements.indices {
      guard case .pci(let address) = plan.placements[index].slot else { continue }
      plan.placements[index].guestPath = topology.guestPath(of: address)
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
  /// a boot order (T2). So the first device of the kind that boots best gets one.
  private mutating func bootDevice(_ wanted: [WantedDevice], _ skeleton: DomainDefinition) -> DeviceID? {
    let isStated = wanted.contains { $0.bootOrder != nil } || skeleton.devices.contains { $0.bootOrder != nil }
    guard !isStated else { return nil }
    let ranked = wanted.enumerated().compactMap { place, device -> (rank: Int, place: Int, id: DeviceID)? in
      guard case .preferred(let rank) = device.kind.boot, device.element != nil else { return nil }
      return (rank, place, device.id)
    }
    let chosen = ranked.min { ($0.rank, $0.place) < ($1.rank, $1.place) }?.id
    if let chosen {
      plan.notes.append("no device has a boot order: '\(chosen)' gets 1")
    } else {
      plan.notes.append("nothing to boot from: libvirt adds <boot dev='hd'/>, and no device can get a boot order later")
    }
    return chosen
  }

  private mutating func refuseReference(_ device: WantedDevice, _ skeleton: DomainDefinition) {
    guard case .reference(let reference) = device.content else { return }
    let found = PlanningPass.candidates(reference, in: skeleton)
    if found.count != 1 { plan.refused.append(.reference(reference, of: device, found)) }
  }

  /// R12: a device both in `creation.xml` and in `devices` is an error.
  private mutating func refuseClash(_ device: WantedDevice, _ element: Element, _ skeleton: DomainDefinition) {
    for other in skeleton.devices {
      var clash = other.hasAlias(device.id.alias) ? "alias \(device.id.alias)" : nil
      if let order = device.bootOrder, other.bootOrder == order { clash = "boot order \(order)" }
      for unique in device.kind.unique where other.kind == device.kind {
        let form = device.kind.field(at: unique.path)?.form ?? .text
        guard let value = element.value(at: unique.path).map(form.normalised),
          other.element.value(at: unique.path).map(form.normalised) == value
        else { continue }
        clash = "\(unique.word) \(value)"
      }
      guard let clash else { continue }
      refuse(
        "target-taken", target: .device(device.id), path: device.path, wanted: clash,
        reason: "the \(clash) is also in spec.creation", wouldTake: "state the device once")
      return
    }
  }

  /// A controller that the definition lacks: libvirt would add one of its own choice (T14).
  private mutating func provide(
    _ device: WantedDevice, _ element: Element, _ skeleton: DomainDefinition, _ additions: inout Additions
  ) {
    let need = device.kind.controller.first { $0.when?.holds(for: element, libvirt: input.host.libvirt) ?? true }
    guard let need else { return }
    let address = device.address?.controller
    let index = address.flatMap { $0.type == need.type ? $0.index : nil } ?? 0
    guard !additions.slots.allocator.hasController(need.type, address == nil ? nil : index) else { return }
    var draft = ElementDraft("controller")
    draft.set(attribute: "type", need.type)
    draft.set(attribute: "index", String(index))
    if let model = need.model { draft.set(attribute: "model", model) }
    guard let plain = try? DomainDocument(draft.xml).root else { return }
    if DeviceKind.controller.slotKind(of: plain, libvirt: input.host.libvirt) == .pci, skeleton.hasPCI {
      guard let place = additions.slots.place(.pci, for: nil, named: "the \(need.type) controller") else { return }
      draft.replaceChild("address", attributes: place.slot.addressAttributes)
    }
    additions.slots.addController(plain)
    additions.controllers.append(draft.xml)
  }

  private struct ChosenSlot { let value: Slot? }

  private mutating func slot(
    _ device: WantedDevice, _ element: Element, _ skeleton: DomainDefinition, _ additions: inout Additions
  ) -> ChosenSlot? {
    let kind = device.kind.slotKind(of: element, libvirt: input.host.libvirt)
    if kind == .pci, !skeleton.hasPCI {
      // A definition of the user's own without buses: libvirt makes them, and places everything once and for all.
      plan.notes.append("libvirt places '\(device.id)': spec.creation.xml has no PCI controllers")
      return ChosenSlot(value: device.address)
    }
    if let address = device.address {
      if let refusal = additions.slots.allocator.refusal(of: address, for: device, kind, forHotplug: false) {
        plan.refused.append(refusal)
        return nil
      }
      additions.slots.take(address, kind)
      return ChosenSlot(value: address)
    }
    guard let kind else { return ChosenSlot(value: nil) }
    return additions.slots.place(kind, for: device.id, named: device.id.text).map { ChosenSlot(value: $0.slot) }
  }

  // MARK: The definition

  private mutating func finish(
    _ skeleton: DomainDefinition, _ elements: [XMLText], _ digest: Digest
  ) -> DomainDefinition? {
    guard let devices = skeleton.root.child("devices") else { return nil }
    let state = ManagedState(
      generation: input.generation, creationDigest: digest, isProtected: input.wanted.isProtected,
      bindings: (input.wanted.devices ?? []).map { binding($0, skeleton) })
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

  /// The same binding that a later plan finds right, so that the first look after the creation writes nothing (I9).
  private func binding(_ device: WantedDevice, _ skeleton: DomainDefinition) -> ManagedState.Binding {
    var binding = ManagedState.Binding(
      id: device.id, isReference: device.element == nil, content: device.contentDigest,
      isProtected: device.isProtected)
    binding.media = device.media?.digest
    switch device.content {
    case .reference(let reference):
      guard let found = PlanningPass.candidates(reference, in: skeleton).first else { break }
      if let alias = found.alias, alias.hasPrefix("ua-") {
        binding.alias = alias == device.id.alias ? nil : alias
      } else {
        binding.key = found.bindingKey(in: skeleton)
      }
    case .element(let document) where !device.kind.takesAlias:
      binding.key = Device(document.root, kind: device.kind).bindingKey(in: skeleton)
    case .element: break
    }
    return binding
  }
}

extension DomainDefinition {
  /// Whether the definition says which PCI buses there are.
  fileprivate var hasPCI: Bool { pci.root != .none }
}
