import DomainXML
import Intent
import Planning
import Store
import Vocabulary

/// What steps of ours gave to a domain's devices, from the journal: the newest first.
struct GivenSteps {
  /// A done step that sent an element for a device.
  struct Step {
    let row: StepRow
    let side: Side
    let device: Device
    /// Of the operation, where the journal still has it.
    let generation: Generation?

    func value(at path: FieldPath) -> String? { device.element.value(at: path) }
  }

  private let attached: [Step]
  private let definitions: [(row: StepRow, definition: DomainDefinition, generation: Generation?)]
  /// What steps set, each as a `<domain>` that says it and no more.
  private let settings: [(row: StepRow, fragment: Element, generation: Generation?)]
  /// The step by which vmctl last started the domain.
  private let start: StepRow?

  static let none = GivenSteps()

  private init() {
    (attached, definitions, settings, start) = ([], [], [], nil)
  }

  /// - Throws: where the journal holds XML that cannot be read.
  init(_ rows: [StepRow], _ operations: [OperationRow]) throws(XMLFault) {
    let generations = Dictionary(operations.map { ($0.id, $0.generation) }, uniquingKeysWith: { first, _ in first })
    var attached: [Step] = []
    var definitions: [(row: StepRow, definition: DomainDefinition, generation: Generation?)] = []
    var settings: [(row: StepRow, fragment: Element, generation: Generation?)] = []
    for row in rows {
      guard let xml = row.xml else { continue }
      let generation = generations[row.operation].flatMap { $0 }
      switch Planning.Step.Action(rawValue: row.action) {
      case .define: definitions.append((row, try DomainDefinition(xml), generation))
      case .set where row.target.kind == "setting":
        settings.append((row, try DomainDocument(xml).root, generation))
      // A device's own settings state the whole element as an update does.
      case .attach, .update, .set:
        guard let side = row.side else { continue }
        attached.append(
          Step(row: row, side: side, device: Device(try DomainDocument(xml).root), generation: generation))
      case .start, .shutdown, .destroy, .undefine, .detach, .setMetadata, nil: continue
      }
    }
    self.attached = attached
    self.definitions = definitions
    self.settings = settings
    start = rows.first { $0.action == Planning.Step.Action.start.rawValue }
  }

  /// The steps that gave a device to a side, or changed it there, the newest first. What the definition had when the
  /// domain was started is what the running one was given.
  func steps(of binding: ManagedState.Binding, on side: Side) -> [Step] {
    let defined = definitions.compactMap { entry in
      Planner.device(of: binding, in: entry.definition).map {
        Step(row: entry.row, side: .persistent, device: $0, generation: entry.generation)
      }
    }
    let own = attached.filter { $0.device.hasAlias(binding.deviceAlias) || $0.row.target.name == binding.id.text }
    let all = own + defined
    guard side == .live else { return all.filter { $0.side == .persistent } }
    return all.filter { step in
      if step.side == .live { return true }
      guard let start else { return false }
      return (step.row.operation, step.row.order) < (start.operation, start.order)
    }
  }

  /// The steps that gave a side a value of a setting, the newest first; what a domain was defined with both sides had.
  func values(
    of wanted: WantedSetting, on side: Side
  ) -> [(row: StepRow, value: String, generation: Generation?)] {
    let set = settings.filter { $0.row.side == side }.flatMap { entry in
      wanted.setting.stated(in: entry.fragment).filter { $0.key == wanted.key }.map {
        (entry.row, $0.value, entry.generation)
      }
    }
    let defined = definitions.compactMap { entry in
      wanted.setting.value(in: entry.definition.root, key: wanted.key).map { (entry.row, $0, entry.generation) }
    }
    return set + defined
  }
}
