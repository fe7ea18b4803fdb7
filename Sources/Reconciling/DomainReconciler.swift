import Control
import DomainXML
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// Brings one domain to what its document wants: plan, journal a step, one call, read back, verify, record; then
/// plan again, until nothing is left to do or only waiting is.
///
/// Not shared between tasks: one operation on a domain at a time.
final class DomainReconciler {
  /// Passes over one document: each ends with a fresh look. Metadata, detach and tombstone need three.
  private static let passLimit = 6

  private let surroundings: Surroundings
  private let wanted: IntentDocument
  private let options: PlanningInput.Options
  private let timeout: Duration
  private let progress: ProgressSink
  private let maker: PlanMaker
  private let reader: KnowledgeReader
  /// What binds the devices of a domain that is being adopted.
  private let adopting: ManagedState?
  /// The operation that was opened for it already.
  private let operation: OperationID?
  /// The generation that the document is kept as. Where a newer one was kept meanwhile, that is the one to reach.
  private let kept: Generation?
  /// What the document is held against again before it is used: the files that it names may be others by now.
  private let admission: Admission?
  private var problems: [Problem] = []
  /// The domain that the pass is about, once the store knows it.
  private var key: DomainKey?

  init(
    _ surroundings: Surroundings, wanted: IntentDocument, options: PlanningInput.Options, timeout: Duration,
    adopting: ManagedState? = nil, operation: OperationID? = nil, kept: Generation? = nil, admission: Admission? = nil,
    progress: ProgressSink
  ) {
    self.kept = kept
    self.admission = admission
    self.adopting = adopting
    self.operation = operation
    self.surroundings = surroundings
    self.wanted = wanted
    self.options = options
    self.timeout = timeout
    self.progress = progress
    maker = PlanMaker(time: surroundings.time)
    reader = Looking(surroundings).reader
  }

  /// Never throws: what went wrong is in the report.
  func run() async -> OperationReport { await Meters.reconcile { await attempt() } }

  private func attempt() async -> OperationReport {
    do throws(Problem) {
      return try await reconcile()
    } catch {
      var problem = error
      problem.domain = problem.domain ?? wanted.name.text
      var report = OperationReport(
        domain: wanted.name.text, verb: verb, outcome: problem.code.outcome, summary: problem.message)
      report.problems = problems + [problem]
      await keep(problem, &report)
      return report
    }
  }

  /// What a pass that was cut short leaves of it for whoever looks later.
  private func keep(_ problem: Problem, _ report: inout OperationReport) async {
    // Nothing of the domain is known then, or nothing can be written.
    guard let key, !["no-connection", "store", "store-held"].contains(problem.code.rawValue) else { return }
    do throws(Problem) {
      let knowledge = try await read(key.domain.description)
      guard let file = knowledge.file else { return }
      let isKept = file.intent?.canonicalDigest == wanted.canonicalDigest
      let isEvaluated = isKept && problem.code != "suspended"
      guard isEvaluated || problem.code == "suspended" else { return }
      let finding = ConditionFinding(problem, before: file.conditions, isEvaluated: isEvaluated)
      try await Recorder(surroundings, key: key).record(
        finding, knowledge, generation: isEvaluated ? file.intent?.generation : nil)
    } catch {
      report.problems.append(error)
    }
  }

  private func reconcile() async throws(Problem) -> OperationReport {
    var knowledge = try await read(wanted.name.text)
    if let uuid = wanted.uuid, knowledge.uuid == nil { knowledge = try await checkUUID(uuid, knowledge) }
    if knowledge.file?.row.isSuspended == true {
      throw Problem(
        "suspended", "vmctl leaves the domain alone: it is suspended", domain: wanted.name.text,
        remedy: "vmctl resume \(wanted.name)")
    }
    if let kept, let newest = knowledge.file?.intent?.generation, newest > kept { return superseded(kept, by: newest) }
    let hardware = try await checkHardware(knowledge)
    var gatherer = HostFactsGatherer(connecting: reader.connecting, host: reader.host)
    var facts = try await gatherer.facts(for: wanted, knowledge)
    // A document whose plan is refused as a whole is not accepted: nothing is left half done.
    let first = maker.plan(wanted, knowledge, facts, options: options)
    if first.refused.contains(where: \.concernsWholePlan) {
      if let kept = knowledge.file?.intent, kept.canonicalDigest == wanted.canonicalDigest, let key {
        // It was accepted before by whoever takes documents in: it has been evaluated now (R16).
        try await Recorder(surroundings, key: key).record(
          ConditionFinding(first, problems: []), knowledge, generation: kept.generation)
        if case .gone = knowledge.presence, knowledge.file?.row.departure == .migrated { return leftToAnother(first) }
      }
      return report(first, nil, nil)
    }

    let (key, generation, isNew) = try await accept(knowledge, first)
    self.key = key
    let journal = Journal(
      store: surroundings.store, key: key, verb: verb, generation: generation, time: surroundings.time,
      operation: operation, progress: progress)
    let runner = StepRunner(
      surroundings, key: key, name: wanted.name.text, journal: journal, unplug: unplugPolicies(),
      shutdown: wanted.shutdown, deadline: timeout)
    let openSteps = OpenSteps(surroundings: surroundings, key: key, name: wanted.name.text)
    func look() async throws(Problem) -> Plan {
      knowledge = try await read(key.domain.description)
      facts.autostart = try await gatherer.autostart(wanted, knowledge)
      return maker.plan(wanted, knowledge, facts, generation: generation, options: options)
    }

    var plan = first
    // An unchanged domain is read once and planned once: nothing has been done since.
    var isOfNow = try await !openSteps.settle(knowledge, besides: operation)
    if isNew, isOfNow {
      knowledge.file = try await reader.file(key)
      plan = maker.plan(wanted, knowledge, facts, generation: generation, options: options)
    }
    for _ in 0..<DomainReconciler.passLimit {
      if !isOfNow || (plan.steps.isEmpty && plan.waitsForGuest) {
        while true {
          let mark = await surroundings.events.mark(key.domain)
          plan = try await look()
          // Asked before, and it is not yet time to ask again: its answer is waited for like that to a first request.
          guard plan.steps.isEmpty, plan.waitsForGuest, await runner.waitForGuest(since: mark) else { break }
        }
        isOfNow = true
      }
      if plan.steps.isEmpty { break }
      do throws(Problem) {
        try admission?.checkContent(of: wanted)
      } catch {
        problems.append(error)
        break
      }
      isOfNow = false
      let moved = try await runner.run(plan.steps, knowledge)
      if !moved || runner.hasFailed { break }
    }
    if !isOfNow { plan = try await look() }
    if try await openSteps.settle(knowledge, besides: journal.operation) {
      knowledge = try await read(key.domain.description)
    }
    problems += runner.problems
    try await Recorder(surroundings, key: key).record(
      knowledge, plan, problems: problems, generation: generation, ours: journal.operation,
      isLibvirts: hardware.isLibvirts)
    var report = report(plan, journal, runner)
    report.notes += hardware.notes
    try await journal.end(report.outcome, summary: report.summary)
    return report
  }

  /// I3: a guest whose hardware somebody else changed is left alone until that is accepted.
  private func checkHardware(_ knowledge: Knowledge) async throws(Problem) -> HardwareWatch.Answer {
    let version = surroundings.host.libvirtVersion
    do throws(Problem) {
      return try await HardwareWatch(store: surroundings.store).check(knowledge) { () throws(Problem) in version }
    } catch {
      guard error.code == "abi-changed", let file = knowledge.file, HardwareWatch.kept(file) == nil else { throw error }
      try await HardwareWatch.keep(error, of: file.row.key, surroundings)
      throw error
    }
  }

  private func read(_ reference: String) async throws(Problem) -> Knowledge {
    var knowledge = try await reader.read(reference)
    knowledge.adopting = adopting
    if let known = knowledge.file?.row.key { key = known }
    return knowledge
  }

  private var verb: String { adopting == nil ? "reconcile" : "adopt" }

  /// A UUID that the document gives may be another domain's.
  private func checkUUID(_ uuid: DomainUUID, _ knowledge: Knowledge) async throws(Problem) -> Knowledge {
    guard let other = try await reader.observe(.uuid(uuid)), other.name != wanted.name.text else { return knowledge }
    throw Problem(
      "uuid-clash", "the UUID of the document belongs to the domain '\(other.name)'", domain: wanted.name.text,
      path: "metadata.uuid", wanted: uuid.description, remedy: "correct the UUID or the name")
  }

  /// Makes the document durable: it is accepted when this returns.
  /// - Returns: the domain's key, the document's generation, and whether the store did not have it before.
  private func accept(_ knowledge: Knowledge, _ plan: Plan) async throws(Problem) -> (DomainKey, Generation, Bool) {
    let key = DomainKey(host: surroundings.host.uuid, domain: plan.uuid)
    if let kept { return (key, kept, kept != plan.generation) }
    let now = surroundings.time.now()
    let row =
      knowledge.file?.row
      ?? DomainRow(
        key: key, name: wanted.name.text, incarnation: knowledge.incarnation,
        origin: adopting == nil ? .ours : .adopted, createdAt: now)
    let incoming = IncomingIntent(
      text: ContiguousArray(wanted.text), canonicalDigest: wanted.canonicalDigest,
      clientGeneration: wanted.clientGeneration, receivedAt: now, source: wanted.source)
    let floor = Generation(plan.generation.number - 1)
    let store = surroundings.store
    let acceptance = try await stored { () throws(StoreError) in
      try await store.accept(incoming, for: row, floor: floor)
    }
    switch acceptance {
    case .accepted(let generation): return (key, generation, true)
    case .unchanged(let generation): return (key, generation, generation != plan.generation)
    // Neither is asked for here.
    case .unconditional(let current): return (key, current, false)
    case .asked(let answered): return (key, answered.generation ?? plan.generation, false)
    case .stale(let current, let clientGeneration):
      throw Problem(
        "stale-generation", "a newer document was accepted before", domain: wanted.name.text,
        path: "metadata.generation", wanted: wanted.clientGeneration.map(String.init),
        found: clientGeneration.map(String.init) ?? current?.description,
        remedy: "fetch the newest document and change that")
    }
  }

  private func unplugPolicies() -> [DeviceID: WantedDevice.Unplug] {
    Dictionary((wanted.devices ?? []).map { ($0.id, $0.unplug) }, uniquingKeysWith: { $1 })
  }

  // MARK: Report

  private func superseded(_ generation: Generation, by newest: Generation) -> OperationReport {
    OperationReport(
      domain: wanted.name.text, verb: verb, generation: generation.number, outcome: .asWanted,
      summary: "generation \(newest) took its place before anything was done")
  }

  /// It is no error that a domain went to another host by migration, and nothing is done about it here (R14).
  private func leftToAnother(_ plan: Plan) -> OperationReport {
    OperationReport(
      domain: wanted.name.text, uuid: plan.uuid, verb: verb, generation: plan.generation.number, outcome: .asWanted,
      summary: "it went to another host: nothing is done here")
  }

  private func report(_ plan: Plan, _ journal: Journal?, _ runner: StepRunner?) -> OperationReport {
    let document = PlanDocument(plan)
    var outcome = document.outcome(detailed: false)
    let open = Set(plan.steps.map(\.target) + plan.waiting.filter { !$0.wantedAgain }.map(\.target))
    // What a pass waited for a later one may have seen done.
    if !plan.waiting.filter({ !$0.wantedAgain }).isEmpty || !open.isDisjoint(with: runner?.waiting ?? []) {
      outcome = max(outcome, .waiting)
    }
    if !plan.nextBoot.isEmpty { outcome = max(outcome, .nextBoot) }
    for problem in problems { outcome = max(outcome, problem.code.outcome) }
    // Steps that are still planned, and nothing that says why, must never look like success (I10).
    if outcome == .asWanted, !plan.steps.isEmpty { outcome = .error }
    let done = journal?.rows.filter { $0.state == .done }.count ?? 0
    var report = OperationReport(
      id: journal?.operation?.number, domain: wanted.name.text, uuid: plan.uuid, verb: verb,
      generation: plan.generation.number, outcome: outcome, summary: summary(done, outcome))
    report.startedAt = journal?.startedAt?.milliseconds
    report.endedAt = journal?.operation == nil ? nil : surroundings.time.now().milliseconds
    report.steps = journal?.rows.map { OperationReport.Step($0) } ?? []
    report.refused = document.refused
    report.drift = document.drift
    report.nextBoot = document.nextBoot
    report.waiting = document.waiting
    report.notes = plan.notes
    report.problems = problems
    return report
  }

  private func summary(_ done: Int, _ outcome: Outcome) -> String {
    switch (done, outcome) {
    case (0, .asWanted): "as wanted, nothing to do"
    case (_, .asWanted): "as wanted after \(done) step\(done == 1 ? "" : "s")"
    case (0, _): outcome.words
    default: "\(outcome.words), \(done) step\(done == 1 ? "" : "s") done"
    }
  }
}

extension OperationReport.Step {
  init(_ row: StepRow) {
    self.init(
      order: row.order, target: row.target.document, kind: row.deviceKind, action: row.action,
      side: row.side?.rawValue, slot: row.slot, call: row.call, reason: row.reason, state: row.state.rawValue,
      startedAt: row.startedAt?.milliseconds, settledAt: row.settledAt?.milliseconds, error: row.error)
  }
}
