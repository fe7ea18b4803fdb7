import Control
import DomainXML
import Faults
import Libvirt
import Planning
import Store
import Vocabulary

/// The only writer of operations and steps, and the only source of progress: a step is durable before its call and
/// settled, with what a fresh read showed, in one transaction after it (I6).
final class Journal {
  private let store: RecordStore
  private let key: DomainKey
  private let time: Timekeeper
  private let progress: ProgressSink
  private let verb: String
  private let generation: Generation?
  private(set) var operation: OperationID?
  private(set) var startedAt: Timestamp?
  private(set) var rows: [StepRow] = []
  private var documents: [Int: StepDocument] = [:]

  init(
    store: RecordStore, key: DomainKey, verb: String, generation: Generation?, time: Timekeeper,
    operation: OperationID? = nil, progress: ProgressSink
  ) {
    self.operation = operation
    if operation != nil { startedAt = time.now() }
    self.store = store
    self.key = key
    self.verb = verb
    self.generation = generation
    self.time = time
    self.progress = progress
  }

  /// Makes a step durable; its call comes after. The first step starts the operation: one that does nothing leaves
  /// no trace (I9).
  /// `unplugs` is what the guest is about to be asked for, `ledger` the slots that devices are about to get.
  func begin(
    _ step: Step, unplugs: [RowChange<UnplugRow>] = [], ledger: [RowChange<LedgerRow>] = []
  ) async throws(Problem) -> Int {
    let now = time.now()
    let store = store
    let key = key
    let operation: OperationID
    if let known = self.operation {
      operation = known
    } else {
      let verb = verb
      let generation = generation
      operation = try await stored { () throws(StoreError) in
        try await store.startOperation(verb, domain: key, generation: generation, at: now)
      }
      self.operation = operation
      startedAt = now
    }
    let order = rows.count + 1
    let row = StepRow(step, operation: operation, order: order)
    do throws(StoreError) {
      try await store.begin(row, at: now, unplugs: unplugs, ledger: ledger)
    } catch {
      guard PlantedBug.is(.callsWithoutJournal) else { throw Problem(error) }
    }
    var started = row
    started.state = .started
    started.startedAt = now
    rows.append(started)
    let document = StepDocument(step, order: order)
    documents[order] = document
    progress.send(.begun, step: document)
    return order
  }

  /// Writes what became of a step, and everything that follows from it, in one transaction.
  func settle(
    _ order: Int, _ state: StepRow.State, error: String? = nil, observed: ObservedDomain?, host: VersionsOfHost,
    _ consequences: StepConsequences? = nil, phantoms: [RowChange<PhantomRow>] = []
  ) async throws(Problem) {
    let now = time.now()
    let row = rows[order - 1]
    let settlement = Settlement(
      of: row, as: state, at: now, error: error, record: host.record(observed, at: now),
      ledger: consequences?.ledger ?? [], unplugs: consequences?.unplugs ?? [], phantoms: phantoms,
      domain: consequences?.domain)
    let store = store
    try await stored { () throws(StoreError) in try await store.settle(settlement) }
    rows[order - 1].state = state
    rows[order - 1].settledAt = now
    rows[order - 1].error = error
    let duration = row.startedAt.map { now.milliseconds - $0.milliseconds }
    progress.send(Journal.phase(state), step: documents[order], duration: duration, message: error)
    Meters.operation(row, state, milliseconds: duration)
  }

  /// Ends the operation, if one was started.
  func end(_ outcome: Outcome, summary: String) async throws(Problem) {
    guard let operation else { return }
    let store = store
    let end = OperationRow.End(
      at: time.now(), outcome: outcome.rawValue, exitCode: Int(outcome.exitCode), summary: summary)
    try await stored { () throws(StoreError) in try await store.endOperation(operation, end) }
  }

  private static func phase(_ state: StepRow.State) -> ProgressEvent.Phase {
    switch state {
    case .done: .done
    case .notDone, .planned, .started: .notDone
    case .unknown: .unknown
    case .waiting: .waiting
    case .skipped: .skipped
    }
  }
}

/// Who returned what is recorded: libvirt and hypervisor as they are now.
struct VersionsOfHost: Sendable {
  let libvirt: Version
  let hypervisor: Version

  init(_ host: HostDescription) {
    libvirt = host.libvirtVersion
    hypervisor = host.hypervisorVersion
  }

  func record(_ observed: ObservedDomain?, at now: Timestamp) -> BothSides<RecordedSide?> {
    func side(_ text: XMLText?) -> RecordedSide? {
      text.map {
        RecordedSide(
          xml: PlantedBug.is(.recordsItsOwnText) ? XMLText($0.shown + "\n") : $0, libvirtVersion: libvirt,
          hypervisorVersion: hypervisor, recordedAt: now)
      }
    }
    return BothSides(
      live: side(observed?.observation.live), persistent: side(observed?.observation.persistent))
  }
}

extension StepRow {
  /// A plan's step as the journal keeps it.
  init(_ step: Step, operation: OperationID, order: Int) {
    self.init(
      operation: operation, order: order, target: StepTarget(step.target), deviceKind: step.kind,
      action: step.action.rawValue, side: step.side, call: step.call, effect: step.effect.rawValue, slot: step.slot,
      xml: step.xml, reason: step.reason)
  }

  /// The step again, to be verified after a crash. `nil` where a newer vmctl wrote an action that this one does not
  /// know.
  var step: Step? {
    guard let action = Step.Action(rawValue: action), let effect = Step.Effect(rawValue: effect),
      let target = target.planned
    else { return nil }
    return Step(
      action, target, kind: deviceKind, side: side, effect: effect, slot: slot, xml: xml, reason: reason)
  }
}

extension StepTarget {
  init(_ target: Step.Target) {
    switch target {
    case .device(let id): self.init(kind: "device", name: id.text)
    case .controller(let name): self.init(kind: "controller", name: name)
    case .setting(let name): self.init(kind: "setting", name: name)
    case .unlisted(let name): self.init(kind: "unlisted", name: name)
    case .power: self.init(kind: "power", name: "")
    case .domain: self.init(kind: "domain", name: "")
    case .metadata: self.init(kind: "metadata", name: "")
    }
  }

  var planned: Step.Target? {
    switch kind {
    case "device": DeviceID(name).map { .device($0) }
    case "controller": .controller(name)
    case "setting": .setting(name)
    case "unlisted": .unlisted(name)
    case "power": .power
    case "domain": .domain
    case "metadata": .metadata
    default: nil
    }
  }

  var document: TargetDocument { planned.map { TargetDocument($0) } ?? TargetDocument(setting: name) }
}
