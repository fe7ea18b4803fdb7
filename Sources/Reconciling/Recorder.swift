import Control
import DomainXML
import Faults
import Libvirt
import Planning
import Store
import Vocabulary

/// Writes what a pass found: the record of both sides, who holds which slot, what is applied. What is equal is not
/// written (I9).
struct Recorder {
  private let surroundings: Surroundings
  private let key: DomainKey

  init(_ surroundings: Surroundings, key: DomainKey) {
    self.surroundings = surroundings
    self.key = key
  }

  /// `plan` was made after everything that the pass did; `problems` are what it could not do.
  func record(
    _ knowledge: Knowledge, _ plan: Plan, problems: [Problem], generation: Generation, ours operation: OperationID?,
    isLibvirts: Bool
  ) async throws(Problem) {
    Meters.found(knowledge, plan, key)
    guard let file = knowledge.file else { return }
    var row = file.row
    row.observedGeneration = generation
    let finding = ConditionFinding(plan, problems: problems)
    guard let observed = knowledge.observed else {
      return try await record(finding, knowledge, generation: generation, row: row)
    }
    row.gone = nil
    let store = surroundings.store
    let key = key
    let state = knowledge.managed
    let isApplied = plan.steps.isEmpty && plan.refused.isEmpty && plan.waiting.isEmpty
    if isApplied { row.appliedGeneration = generation }
    row.name = knowledge.name
    row.creationDigest = state.creationDigest
    row.isProtected = state.isProtected
    let now = surroundings.time.now()
    if PlantedBug.is(.writesEveryTime) { row.power.lastStartAt = now }
    var seen = knowledge
    seen.file?.unplugs = waits(file, observed, plan, now)
    seen.file?.phantoms = phantoms(knowledge, observed)
    let changes = DomainChanges(
      row: row, ledger: ledger(file, observed, state, now), applied: applied(file, observed, state, generation),
      unplugs: seen.file?.unplugs, phantoms: seen.file?.phantoms,
      conditions: conditions(finding, seen, generation: generation, at: now))
    let sides = VersionsOfHost(surroundings.host).record(observed, at: now)
    try await stored { () throws(StoreError) in
      try await store.record(
        sides, of: key, origin: operation != nil ? .ours : isLibvirts ? .libvirt : .foreign, operation: operation)
      try await store.save(changes, of: key)
    }
  }

  // MARK: Conditions

  /// Writes what a pass that ended early leaves: nothing was done, and what was recorded stays. `generation` is what
  /// was evaluated; `nil`: nothing was.
  func record(
    _ finding: ConditionFinding, _ knowledge: Knowledge, generation: Generation?
  ) async throws(Problem) {
    guard let file = knowledge.file else { return }
    var row = file.row
    if let generation { row.observedGeneration = generation }
    try await record(finding, knowledge, generation: row.observedGeneration, row: row)
  }

  private func record(
    _ finding: ConditionFinding, _ knowledge: Knowledge, generation: Generation?, row: DomainRow
  ) async throws(Problem) {
    let changes = DomainChanges(
      row: row, conditions: conditions(finding, knowledge, generation: generation, at: surroundings.time.now()))
    let (store, key) = (surroundings.store, key)
    try await stored { () throws(StoreError) in try await store.save(changes, of: key) }
  }

  private func conditions(
    _ finding: ConditionFinding, _ knowledge: Knowledge, generation: Generation?, at now: Timestamp
  ) -> [ConditionRow] {
    let pending = NextBoot.changes(knowledge.observed, knowledge.managed, domain: knowledge.name)
    var sight = ConditionSight(knowledge, pending: pending, at: now)
    sight.observedGeneration = generation
    sight.isRecorded = sight.isRecorded || knowledge.observed != nil
    return ConditionMaker(sight: sight, finding: finding, file: knowledge.file).rows(at: now)
  }

  // MARK: Slots and devices

  /// Devices that are there hold their slots; ids that were bound and are gone keep theirs as tombstones (I2).
  private func ledger(
    _ file: DomainFile, _ observed: ObservedDomain, _ state: ManagedState, _ now: Timestamp
  ) -> [LedgerRow] {
    var rows: [LedgerRow] = []
    let known = Dictionary(file.ledger.map { ($0.device, $0) }, uniquingKeysWith: { $1 })
    for binding in state.bindings {
      guard let definition = observed.leading, let device = Planner.device(of: binding, in: definition) else {
        // Bound and not there (detached by a foreign hand, or not attached yet): what it held stays its own.
        if let row = known[binding.id] { rows.append(row) }
        continue
      }
      var row = LedgerRow(
        device: binding.id, kind: device.kind.name, alias: binding.deviceAlias, slot: device.slot,
        guestPath: definition.guestPath(of: device)?.description, naturalKey: device.naturalKey, since: now)
      if let old = known[binding.id], old.state == .held, old.slot == row.slot { row.since = old.since }
      rows.append(row)
    }
    let bound = Set(state.bindings.map(\.id))
    for row in file.ledger where !bound.contains(row.device) {
      var tombstone = row
      if row.state == .held {
        tombstone.state = .tombstone
        tombstone.removedAt = now
      }
      rows.append(tombstone)
    }
    let present = Set(rows.map(\.device))
    for tombstone in state.tombstones where !present.contains(tombstone.id) {
      rows.append(
        LedgerRow(
          device: tombstone.id, kind: "", alias: tombstone.id.alias, slot: tombstone.slot, state: .tombstone,
          since: now, removedAt: now))
    }
    return rows
  }

  private func applied(
    _ file: DomainFile, _ observed: ObservedDomain, _ state: ManagedState, _ generation: Generation
  ) -> [AppliedDevice] {
    let known = Dictionary(file.applied.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return state.bindings.map { binding in
      let device = observed.leading.flatMap { Planner.device(of: binding, in: $0) }
      var row = AppliedDevice(
        id: binding.id, kind: device?.kind.name ?? known[binding.id]?.kind ?? "", alias: binding.deviceAlias,
        isReference: binding.isReference, isProtected: binding.isProtected,
        appliedXMLDigest: binding.content ?? Digest(words: (0, 0, 0, 0)), generation: generation)
      if let old = known[binding.id], old.appliedXMLDigest == row.appliedXMLDigest { row.generation = old.generation }
      return row
    }
  }

  /// An unplug ends when its device is no longer in the running domain, a setting's wait when nothing of it is left to
  /// do, however that came about.
  private func waits(_ file: DomainFile, _ observed: ObservedDomain, _ plan: Plan, _ now: Timestamp) -> [UnplugRow] {
    file.unplugs.filter { $0.run == observed.observation.id }.compactMap { row in
      let isOpen: Bool
      if case .setting = row.target.planned {
        isOpen =
          plan.waiting.contains { StepTarget($0.target) == row.target }
          || plan.steps.contains { StepTarget($0.target) == row.target }
      } else {
        isOpen = observed.live?.device(alias: row.alias) != nil
      }
      guard isOpen else { return nil }
      var row = row
      if plan.waiting.contains(where: { $0.wantedAgain && StepTarget($0.target) == row.target }) {
        if PlantedBug.is(.forgetsArmed) { return nil }
        // The guest keeps the request; a later removal is another one, with a time of its own.
        row.attempts = 0
        row.nextRequestAt = nil
        row.state = .waiting
      } else if row.isOverdue(at: now) {
        row.state = .overdue
      }
      return row
    }
  }

  /// A phantom goes with its process; or libvirt knows the device after all.
  private func phantoms(_ knowledge: Knowledge, _ observed: ObservedDomain) -> [PhantomRow] {
    knowledge.phantoms.filter { observed.live?.device(alias: $0.alias) == nil }
  }
}
