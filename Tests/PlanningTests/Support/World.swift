import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// A domain on a host that exists in this test only: what libvirt would return of it, and what a store would know.
///
/// Plans are applied to the texts: an attach adds the element, a detach takes it out. What libvirt refuses is refused
/// here too (`Refused`), so a plan that libvirt would not carry out fails its test.
struct World {
  var live: DomainDefinition?
  var persistent: DomainDefinition?
  var host = HostFacts()
  var generation: Int64 = 1
  var uuid = World.uuid
  /// As the store's ledger: the slots that ids have or had.
  var held: [DeviceID: Slot] = [:]
  var keepsLedger = true

  static let uuid = DomainUUID(high: 0x0b7c_5d1e_3b4a_4c5d, low: 0x8e6f_7a8b_9c0d_1e2f)

  struct Refused: Error, CustomStringConvertible {
    let description: String
  }

  var sides: [Side] { Side.allCases.filter { self[$0] != nil } }

  subscript(side: Side) -> DomainDefinition? {
    get { side == .live ? live : persistent }
    set { if side == .live { live = newValue } else { persistent = newValue } }
  }

  var managed: ManagedState {
    persistent.flatMap { ManagedState(in: $0) } ?? live.flatMap { ManagedState(in: $0) } ?? ManagedState()
  }

  func input(_ document: IntentDocument) -> PlanningInput {
    PlanningInput(
      wanted: document, generation: Generation(generation), uuid: uuid, live: live, persistent: persistent,
      state: live == nil ? .shutOff : .running, managed: managed, heldSlots: keepsLedger ? held : [:], host: host)
  }

  func plan(_ document: IntentDocument, _ change: (inout PlanningInput) -> Void = { _ in }) -> Plan {
    var input = input(document)
    change(&input)
    return Planner.plan(input)
  }

  // MARK: Applying

  /// Applies plans until one is empty; returns them. More than four passes are a failure.
  @discardableResult
  mutating func converge(
    _ document: IntentDocument, _ change: (inout PlanningInput) -> Void = { _ in }
  ) throws -> [Plan] {
    var plans: [Plan] = []
    for _ in 0..<5 {
      let plan = plan(document, change)
      plans.append(plan)
      if plan.steps.isEmpty { return plans }
      try apply(plan)
    }
    throw Refused(description: "no empty plan after five passes: \(plans.map { $0.steps.map(\.summary) })")
  }

  mutating func apply(_ plan: Plan) throws {
    for step in plan.steps { try apply(step) }
    for side in sides {
      guard let definition = self[side] else { continue }
      for binding in managed.bindings {
        if let slot = Planner.device(of: binding, in: definition)?.slot { held[binding.id] = slot }
      }
    }
  }

  mutating func apply(_ step: Step) throws {
    if let alias = step.waitsForAlias, step.waitsFor != nil, live?.device(alias: alias) != nil {
      throw Refused(description: "\(step.summary) waits for \(alias), and no step before it takes that away")
    }
    if step.followsLive { return }
    switch step.action {
    case .define:
      guard live == nil, persistent == nil, let xml = step.xml else { throw Refused(description: "defined twice") }
      persistent = try DomainDefinition(xml)
      uuid = persistent?.uuid ?? uuid
    case .start: live = try persistent.map { try LibvirtText.running($0) }
    case .shutdown, .destroy: live = nil
    case .undefine: persistent = nil
    case .attach: try attach(step)
    case .detach: try detach(step)
    case .update: try update(step)
    case .set: try set(step)
    case .setMetadata:
      guard let side = step.side, let definition = self[side], let xml = step.xml else { break }
      self[side] = try LibvirtText.setMetadata(xml, in: definition)
    }
  }

  private mutating func attach(_ step: Step) throws {
    guard let side = step.side, let definition = self[side], let xml = step.xml else {
      throw Refused(description: "no \(step.side?.rawValue ?? "") side for \(step.summary)")
    }
    let device = Device(try DomainDocument(xml).root)
    try Refusals.check(attach: device, to: definition, side)
    self[side] = try LibvirtText.attach(xml, to: definition, side)
  }

  private mutating func detach(_ step: Step) throws {
    guard let side = step.side, let definition = self[side], let found = try find(step, in: definition) else {
      throw Refused(description: "nothing to detach for \(step.summary)")
    }
    if let reason = found.kind.detach[side].refusal(for: found.element, libvirt: host.libvirt) {
      throw Refused(description: "\(step.summary): \(reason)")
    }
    var edit = Edit(definition.document)
    edit.remove(found.element)
    self[side] = try DomainDefinition(edit.apply())
  }

  private mutating func update(_ step: Step) throws {
    guard let side = step.side, let definition = self[side], let found = try find(step, in: definition),
      let xml = step.xml
    else { throw Refused(description: "nothing to update for \(step.summary)") }
    let new = Device(try DomainDocument(xml).root)
    try Refusals.check(update: found, to: new, in: definition, side)
    var edit = Edit(definition.document)
    edit.replace(found.element, with: xml)
    self[side] = try DomainDefinition(edit.apply())
  }

  /// Of the running domain only what it can do at once: fewer virtual CPUs and the balloon need the guest.
  private mutating func set(_ step: Step) throws {
    guard let side = step.side, let definition = self[side] else { throw Refused(description: "no side") }
    guard let xml = step.xml else { return }
    if case .device = step.target {
      guard let found = try find(step, in: definition) else { throw Refused(description: "nothing to set") }
      var edit = Edit(definition.document)
      edit.replace(found.element, with: xml)
      self[side] = try DomainDefinition(edit.apply())
      return
    }
    let fragment = try DomainDocument(xml).root
    var draft = ElementDraft(definition.root)
    for setting in Catalogue.settings {
      for (key, value) in setting.stated(in: fragment) {
        if case .entry(let path, _, _) = setting.place { draft.removeChildren(named: path.name) }
        setting.state(value, key: key, in: &draft)
      }
    }
    self[side] = try DomainDefinition(draft.xml)
  }

  private func find(_ step: Step, in definition: DomainDefinition) throws -> Device? {
    guard let xml = step.xml else { return nil }
    let wanted = Device(try DomainDocument(xml).root)
    if let alias = wanted.alias { return definition.device(alias: alias) }
    return definition.devices.first { $0.kind == wanted.kind && $0.naturalKey == wanted.naturalKey }
  }
}

extension World {
  /// A domain that vmctl itself creates from a document, running or not.
  static func created(_ document: IntentDocument, running: Bool = true, host: HostFacts = HostFacts()) throws -> World {
    var world = World()
    world.host = host
    let plan = world.plan(document)
    if !plan.refused.isEmpty { throw Refused(description: "\(plan.refused)") }
    try world.apply(plan)
    if running, world.live == nil { world.live = try world.persistent.map { try LibvirtText.running($0) } }
    if !running { world.live = nil }
    return world
  }

  /// A definition on both sides, as if it had been started from it.
  static func running(_ text: String) throws -> World {
    let definition = try DomainDefinition(XMLText(text))
    var world = World(live: try LibvirtText.running(definition), persistent: definition)
    world.uuid = definition.uuid ?? world.uuid
    return world
  }

  func device(_ id: String, _ side: Side = .persistent) -> Device? { self[side]?.device(alias: "ua-" + id) }

  func slot(_ id: String, _ side: Side = .persistent) -> Slot? { device(id, side)?.slot }

  /// What a foreign hand does: the text of one side is another.
  mutating func edit(_ side: Side, _ change: (String) -> String) throws {
    guard let text = self[side]?.document.text.shown else { return }
    self[side] = try DomainDefinition(XMLText(change(text)))
  }

  mutating func remove(_ id: String, _ side: Side) throws {
    guard let definition = self[side], let device = definition.device(alias: "ua-" + id) else { return }
    var edit = Edit(definition.document)
    edit.remove(device.element)
    self[side] = try DomainDefinition(edit.apply())
  }

  mutating func add(_ xml: String, _ side: Side) throws {
    guard let definition = self[side] else { return }
    self[side] = try LibvirtText.attach(XMLText(xml), to: definition, side)
  }
}

extension Step {
  /// `attach data live`
  var summary: String {
    let name: String =
      switch target {
      case .device(let id): id.text
      case .controller(let name): name
      case .setting(let name): name
      case .unlisted(let name): name
      case .power: "power"
      case .domain: "domain"
      case .metadata: "metadata"
      }
    return ([action.rawValue, name] + (side.map { [$0.rawValue] } ?? [])).joined(separator: " ")
  }
}

extension Plan {
  /// The steps in a line each, without those that keep our metadata.
  var summaries: [String] { steps.filter { $0.action != .setMetadata }.map(\.summary) }

  var codes: [String] { refused.map(\.code.rawValue) }

  func step(_ summary: String) -> Step? { steps.first { $0.summary == summary } }
}

extension PendingChange {
  var device: String? { target.id }
}

extension Waiting {
  var device: String? { target.id }
}

extension Step.Target {
  var id: String? {
    guard case .device(let id) = self else { return nil }
    return id.text
  }
}
