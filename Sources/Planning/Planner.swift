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

/// One pass over a domain that exists.
struct PlanningPass {
  let input: PlanningInput
  let composer: DeviceComposer
  var plan: Plan
  var sides: BothSides<SideIndex?>
  var bound: [BoundDevice] = []
  /// Devices of ids that the document no longer names.
  var leaving: [LeavingDevice] = []
  var steps = Stages()
  /// Ids with a change that is not done yet or was refused: their applied content stays what it was.
  var unsettled: Set<DeviceID> = []
  /// Ids whose medium is being changed.
  var unsettledMedia: Set<DeviceID> = []
  /// Whether the guest's own reboot is to apply what waits.
  var isArmed = false
  /// Where PCI ports are added, once that is asked for.
  var growth: Growth?
  var slots: SlotBook
  /// Controllers that this plan adds, and where.
  var addedControllers: [ControllerName: Set<Side>] = [:]

  /// Steps by the order of design section 7.
  struct Stages {
    var metadata: [Step] = []
    var controllers: [Step] = []
    var detaches: [Step] = []
    var attaches: [Step] = []
    var updates: [Step] = []
    var settings: [Step] = []
    var persistent: [Step] = []
    var power: [Step] = []

    var all: [Step] { metadata + controllers + detaches + attaches + updates + settings + persistent + power }

    var count: Int {
      metadata.count + controllers.count + detaches.count + attaches.count + updates.count + settings.count
        + persistent.count + power.count
    }
  }

  init(_ input: PlanningInput) {
    self.input = input
    composer = DeviceComposer(domain: input.uuid, libvirt: input.host.libvirt)
    plan = Plan(name: input.wanted.name.text, uuid: input.uuid, generation: input.generation)
    slots = SlotBook(
      input.sides.compactMap { input.definition($0) }, tombstones: input.managed.tombstones, held: input.heldSlots)
    sides = BothSides(live: input.live.map(SideIndex.init), persistent: input.persistent.map(SideIndex.init))
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
    reserveSlots()
    // Controllers of the document's own first: what sits on them looks for them.
    for device in bound where !device.wanted.kind.provides.isEmpty { planDevice(device) }
    for device in bound where device.wanted.kind.provides.isEmpty { planDevice(device) }
    orderBootChanges()
    reportCapacity()
    planSettings()
    planReboot()
    planUnlisted()
    listUnmanaged()
    planMetadata()
    planPower()
    if input.persistent == nil { plan.notes.append("the domain is transient: changes last as long as it runs") }
    plan.steps = steps.all
    plan.stopIfRefused()
    return plan
  }

  /// Whether live steps make sense: not for a domain that is about to be stopped.
  var changesLive: Bool { input.live != nil && input.wanted.power != .stopped }

  mutating func refuse(_ refusal: Refusal) {
    if !plan.refused.contains(refusal) { plan.refused.append(refusal) }
  }

  private mutating func identityHolds() -> Bool {
    if let wanted = input.wanted.uuid, wanted != input.uuid {
      refuse(
        Refusal(
          "uuid-clash", target: .domain, path: "metadata.uuid", wanted: wanted.description,
          found: input.uuid.description,
          reason: "the domain '\(input.wanted.name)' has another UUID than the document says",
          wouldTake: "correct the UUID, or choose another name"))
    } else if let applied = input.appliedUUID, applied != input.uuid {
      refuse(
        Refusal(
          "name-reuse", target: .domain, path: "metadata.name", wanted: applied.description,
          found: input.uuid.description,
          reason: "the name '\(input.wanted.name)' belongs to another domain now than the one that was applied",
          wouldTake: "vmctl forget \(input.wanted.name), then adopt the new domain"))
    }
    return plan.refused.isEmpty
  }
}
