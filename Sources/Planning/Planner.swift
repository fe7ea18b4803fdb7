import DomainXML
import Intent
import Vocabulary

/// Works out what to do: a total function of its input. What cannot be done is data in the plan; nothing throws.
package enum Planner {
  package static func plan(_ input: PlanningInput) -> Plan {
    if !input.exists {
      var creation = CreationPlanner(input)
      return creation.run()
    }
    var pass = PlanningPass(input)
    return pass.run()
  }
}

/// A wanted device and what it is bound to on each side.
struct BoundDevice {
  let wanted: WantedDevice
  /// What the metadata says of the id; `nil` for an id that is new.
  let known: ManagedState.Binding?
  let alias: String
  var devices: BothSides<Device?>

  var isPresent: Bool { devices.live != nil || devices.persistent != nil }
}

/// One pass over a domain that exists.
struct PlanningPass {
  let input: PlanningInput
  let composer: DeviceComposer
  var plan: Plan
  var bound: [BoundDevice] = []
  /// Bindings of ids that the document no longer names.
  var removed: [ManagedState.Binding] = []
  var allocator: SlotAllocator
  /// Ids with a change that was refused: their applied content stays what it was.
  var unsettled: Set<DeviceID> = []
  var steps = Stages()
  var needed: [SlotRule.Kind: Int] = [:]
  var addedControllers: Set<String> = []

  /// Steps by the order of design section 7.
  struct Stages {
    var metadata: [Step] = []
    var controllers: [Step] = []
    var detaches: [Step] = []
    var attaches: [Step] = []
    var updates: [Step] = []
    var persistent: [Step] = []
    var power: [Step] = []

    var all: [Step] { metadata + controllers + detaches + attaches + updates + persistent + power }
  }

  init(_ input: PlanningInput) {
    self.input = input
    composer = DeviceComposer(domain: input.uuid, libvirt: input.host.libvirt)
    plan = Plan(name: input.wanted.name.text, uuid: input.uuid, generation: input.generation)
    allocator = SlotAllocator(
      input.sides.compactMap { input.definition($0) }, tombstones: input.managed.tombstones, held: input.heldSlots)
  }

  mutating func run() -> Plan {
    guard identityHolds() else { return plan }
    compareCreation()
    bind()
    if input.wanted.devices != nil {
      guardRenames()
      planRemovals()
      guardRemovals()
    }
    for index in bound.indices { planDevice(bound[index]) }
    settings()
    listUnmanaged()
    planMetadata()
    planPower()
    plan.steps = steps.all
    if plan.refused.contains(where: \.concernsWholePlan) { plan.steps = [] }
    return plan
  }

  /// Whether live steps make sense: not for a domain that is about to be stopped.
  var changesLive: Bool { input.live != nil && input.wanted.power != .stopped }

  private mutating func identityHolds() -> Bool {
    if let wanted = input.wanted.uuid, wanted != input.uuid {
      plan.refused.append(
        Refusal(
          "uuid-clash", target: .domain, path: "metadata.uuid", wanted: wanted.description,
          found: input.uuid.description,
          reason: "the domain '\(input.wanted.name)' has another UUID than the document says",
          wouldTake: "correct the UUID, or choose another name"))
    } else if let applied = input.appliedUUID, applied != input.uuid {
      plan.refused.append(
        Refusal(
          "name-reuse", target: .domain, path: "metadata.name", wanted: applied.description,
          found: input.uuid.description,
          reason: "the name '\(input.wanted.name)' belongs to another domain now than the one that was applied",
          wouldTake: "vmctl forget \(input.wanted.name), then adopt the new domain"))
    }
    return plan.refused.isEmpty
  }

  // MARK: Binding

  private mutating func bind() {
    for wanted in input.wanted.devices ?? [] {
      let known = input.managed.binding(of: wanted.id) ?? wanted.was.flatMap { input.managed.binding(of: $0) }
      let alias = known?.deviceAlias ?? (wanted.was?.alias ?? wanted.id.alias)
      var devices = BothSides<Device?>(live: nil, persistent: nil)
      for side in input.sides {
        guard let definition = input.definition(side) else { continue }
        devices[side] = find(wanted, known, alias, in: definition)
      }
      bound.append(BoundDevice(wanted: wanted, known: known, alias: alias, devices: devices))
    }
    guard input.wanted.devices != nil else { return }
    let named = Set(bound.flatMap { [$0.wanted.id, $0.wanted.was].compactMap { $0 } })
    removed = input.managed.bindings.filter { !named.contains($0.id) }
  }

  private func find(
    _ wanted: WantedDevice, _ known: ManagedState.Binding?, _ alias: String, in definition: DomainDefinition
  ) -> Device? {
    if let device = definition.device(alias: alias) { return device }
    if let known, let device = PlanningPass.find(known, in: definition) { return device }
    if case .reference(let reference) = wanted.content { return PlanningPass.find(reference, in: definition) }
    if !wanted.kind.takesAlias, let element = wanted.element {
      let key = Device(element, kind: wanted.kind).naturalKey
      return definition.devices.first { $0.kind === wanted.kind && $0.naturalKey == key }
    }
    return nil
  }

  static func find(_ binding: ManagedState.Binding, in definition: DomainDefinition) -> Device? {
    if let device = definition.device(alias: binding.deviceAlias) { return device }
    guard let key = binding.key else { return nil }
    return definition.devices.first { "\($0.kind.name) \($0.naturalKey ?? "")" == key }
  }

  static func find(_ reference: WantedDevice.Reference, in definition: DomainDefinition) -> Device? {
    let devices = definition.devices.filter { $0.kind.name == reference.kind }
    if let place = Int(reference.value) { return devices.indices.contains(place) ? devices[place] : nil }
    return devices.first { device in
      device.naturalKeys.contains { $0.split(separator: "=", maxSplits: 1).last.map(String.init) == reference.value }
    }
  }

  // MARK: What is there and nobody names

  private mutating func listUnmanaged() {
    let managedAliases = Set(bound.map(\.alias) + removed.map(\.deviceAlias))
    var found: [UnmanagedDevice] = []
    var places: [String: Int] = [:]
    for side in input.sides {
      guard let definition = input.definition(side) else { continue }
      for device in definition.devices {
        if let alias = device.alias, managedAliases.contains(alias) { continue }
        if bound.contains(where: { $0.devices[side]?.element.range == device.element.range }) { continue }
        if removed.contains(where: { PlanningPass.find($0, in: definition)?.element.range == device.element.range }) {
          continue
        }
        let key = "\(device.kind.name) \(device.naturalKey ?? "") \(device.slot?.description ?? "")"
        if let place = places[key], found[place].sides != [side] {
          found[place] = UnmanagedDevice(
            kind: device.kind.name, alias: found[place].alias, naturalKey: device.naturalKey, slot: device.slot,
            sides: found[place].sides.contains(side) ? found[place].sides : found[place].sides + [side])
        } else {
          places[key] = found.count
          found.append(
            UnmanagedDevice(
              kind: device.kind.name, alias: device.alias, naturalKey: device.naturalKey, slot: device.slot,
              sides: [side]))
        }
      }
    }
    plan.unmanaged = found
  }
}

extension Refusal {
  /// Refusals of a field or a kind let other steps go on; all others stop the plan, so that nothing is half done.
  package var concernsWholePlan: Bool {
    !["needs-replace", "needs-redefine", "cannot-attach", "cannot-detach", "creation-changed", "setting"].contains(
      code.rawValue)
  }
}
