import Control
import DomainXML
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// Carries out one verb on one domain, through the same journal and the same reading back as a plan's steps.
///
/// Not shared between tasks.
final class VerbRunner {
  let surroundings: Surroundings
  let request: VerbRequest
  let reader: KnowledgeReader
  private let progress: ProgressSink
  private let operation: OperationID?
  /// Done, and the running domain gets it at its next boot.
  var isForNextBoot = false
  private var journal: Journal?
  /// The domain's rows are gone, and its journal with them.
  var hasForgotten = false
  private var runner: StepRunner?
  var hasFailed: Bool { runner?.hasFailed ?? false }

  /// Where `operation` is `nil`, the first step opens one.
  init(
    _ surroundings: Surroundings, _ request: VerbRequest, _ progress: ProgressSink, operation: OperationID? = nil
  ) {
    self.operation = operation
    self.surroundings = surroundings
    self.request = request
    self.progress = progress
    reader = Looking(surroundings).reader
  }

  /// Never throws: what went wrong is in the report.
  func run() async -> OperationReport {
    var problems: [Problem] = []
    var summary = ""
    do throws(Problem) {
      var knowledge = try await reader.read(request.domain)
      if let key = knowledge.file?.row.key,
        try await OpenSteps(surroundings: surroundings, key: key, name: knowledge.name)
          .settle(knowledge, besides: operation)
      {
        let halfDeleted = knowledge.isHalfDeleted
        knowledge = try await reader.read(request.domain)
        knowledge.isHalfDeleted = halfDeleted
      }
      if request.verb != .accept { try await noteHardware(knowledge) }
      summary = try await perform(knowledge)
    } catch {
      var problem = error
      problem.domain = problem.domain ?? request.domain
      problems.append(problem)
    }
    problems += runner?.problems ?? []
    var outcome: Outcome = runner?.waitsForGuest == true ? .waiting : isForNextBoot ? .nextBoot : .asWanted
    for problem in problems { outcome = max(outcome, problem.code.outcome) }
    if summary.isEmpty || outcome > .nextBoot { summary = problems.first?.message ?? outcome.words }
    if outcome == .waiting { summary += " to shut down; --force ends it as pulling the plug would" }
    do throws(Problem) {
      if !hasForgotten { try await journal?.end(outcome, summary: summary) }
    } catch {
      problems.append(error)
      outcome = max(outcome, error.code.outcome)
    }
    var report = OperationReport(
      id: journal?.operation?.number, domain: request.domain, verb: request.verb.rawValue, outcome: outcome,
      summary: summary)
    report.startedAt = journal?.startedAt?.milliseconds
    report.steps = journal?.rows.map { OperationReport.Step($0) } ?? []
    report.problems = problems
    return report
  }

  /// What a verb records must not hide what somebody changed before it (I3).
  private func noteHardware(_ knowledge: Knowledge) async throws(Problem) {
    let version = surroundings.host.libvirtVersion
    do throws(Problem) {
      _ = try await HardwareWatch(store: surroundings.store).check(knowledge) { () throws(Problem) in version }
    } catch {
      guard error.code == "abi-changed" else { throw error }
      guard let file = knowledge.file, HardwareWatch.kept(file) == nil else { return }
      try await HardwareWatch.keep(error, of: file.row.key, surroundings)
    }
  }

  private func perform(_ knowledge: Knowledge) async throws(Problem) -> String {
    switch request.verb {
    case .start: return try await start(knowledge)
    case .stop: return try await stop(knowledge)
    case .restart: return try await restart(knowledge)
    case .delete: return try await delete(knowledge)
    case .forget: return try await forget(knowledge)
    case .restore: return try await restore(knowledge)
    case .eject: return try await eject(knowledge)
    case .resize: return try await resize(knowledge)
    case .password: return try await setPassword(knowledge)
    case .protect, .unprotect: return try await protect(knowledge)
    case .accept: return try await accept(knowledge)
    case .suspend, .resume: return try await suspend(knowledge)
    case .adopt: throw Problem("usage", "a domain is adopted by its document", domain: request.domain)
    }
  }

  // MARK: Power

  private func start(_ knowledge: Knowledge) async throws(Problem) -> String {
    let observed = try present(knowledge)
    if observed.observation.state.isActive { return "it runs already" }
    let note = observed.observation.hasManagedSave ? "restored from its managed save" : "started"
    try await run([Step(.start, .power, effect: .live, reason: "vmctl start")], knowledge)
    return note
  }

  private func stop(_ knowledge: Knowledge) async throws(Problem) -> String {
    let observed = try present(knowledge)
    if !observed.observation.state.isActive { return "it does not run" }
    try await run([Step(.shutdown, .power, effect: .guest, reason: "vmctl \(request.verb.rawValue)")], knowledge)
    return "stopped"
  }

  private func restart(_ knowledge: Knowledge) async throws(Problem) -> String {
    let observed = try present(knowledge)
    if request.ifPending, NextBoot.changes(observed, knowledge.managed, domain: knowledge.name).isEmpty {
      return "nothing waits for the next boot"
    }
    if observed.observation.state.isActive {
      _ = try await stop(knowledge)
      if runner?.waitsForGuest == true || runner?.hasFailed == true { return "" }
    }
    _ = try await start(try await reader.read(request.domain))
    return "restarted"
  }

  // MARK: Protection

  private func protect(_ knowledge: Knowledge) async throws(Problem) -> String {
    let observed = try present(knowledge)
    var state = knowledge.managed
    let wanted = request.verb == .protect
    if let device = request.device {
      guard let id = DeviceID(device), let index = state.bindings.firstIndex(where: { $0.id == id }) else {
        throw Problem(
          "no-such-device", "no device has the id '\(device)'", domain: request.domain, device: device,
          remedy: "`vmctl devices \(request.domain)` lists them")
      }
      state.bindings[index].isProtected = wanted
      if wanted { state.unprotected.remove(id) } else { state.unprotected.insert(id) }
    } else {
      state.isProtected = wanted
    }
    try await write(state.xml, observed, knowledge, reason: "vmctl \(request.verb.rawValue)")
    if var row = knowledge.file?.row {
      row.isProtected = state.isProtected
      let store = surroundings.store
      let changed = row
      try await stored { () throws(StoreError) in try await store.save(changed) }
    }
    return wanted ? "protected" : "no longer protected"
  }

  /// Hands off until `resume`, or on again. What is kept of that is the store's alone: it ends with the store.
  private func suspend(_ knowledge: Knowledge) async throws(Problem) -> String {
    _ = try present(knowledge)
    let isWanted = request.verb == .suspend
    if knowledge.file == nil, let uuid = knowledge.uuid {
      try await rebuildRow(DomainKey(host: surroundings.host.uuid, domain: uuid), knowledge)
    }
    let file = try await reader.read(request.domain).file
    guard var row = file?.row, row.isSuspended != isWanted else {
      return isWanted ? "suspended already" : "not suspended"
    }
    row.isSuspended = isWanted
    let (store, changed) = (surroundings.store, row)
    try await stored { () throws(StoreError) in try await store.save(changed) }
    return isWanted ? "suspended: vmctl leaves it alone until `vmctl resume \(knowledge.name)`" : "resumed"
  }

  /// Sets or removes our metadata element on every side, the persistent one first.
  func write(_ xml: XMLText?, _ observed: ObservedDomain, _ knowledge: Knowledge, reason: String) async throws(Problem)
  {
    let sides = [Side.persistent, .live].filter { observed.definition($0) != nil }
    try await run(
      sides.map { Step(.setMetadata, .metadata, side: $0, effect: .live, xml: xml, reason: reason) }, knowledge)
  }

  // MARK: Running steps

  func present(_ knowledge: Knowledge) throws(Problem) -> ObservedDomain {
    if case .gone(let reason) = knowledge.presence {
      throw Problem(
        "gone", "the domain '\(request.domain)' is gone: \(reason)", domain: request.domain,
        remedy: "vmctl restore \(request.domain) brings it back")
    }
    guard let observed = knowledge.observed else {
      throw Problem(
        "no-such-domain", "there is no domain '\(request.domain)'", domain: request.domain,
        remedy: "`vmctl get` lists the domains")
    }
    if knowledge.isForeign {
      throw Problem(
        "not-managed", "vmctl does not manage the domain '\(request.domain)'", domain: request.domain,
        remedy: "vmctl adopt \(request.domain) takes it over; until then use virsh")
    }
    return observed
  }

  /// Journals and runs steps; problems are in the runner.
  func run(
    _ steps: [Step], _ knowledge: Knowledge, undefine: UndefineOptions = []
  ) async throws(Problem) {
    guard let uuid = knowledge.uuid else { return }
    let key = DomainKey(host: surroundings.host.uuid, domain: uuid)
    if knowledge.file == nil { try await rebuildRow(key, knowledge) }
    let journal =
      self.journal
      ?? Journal(
        store: surroundings.store, key: key, verb: request.verb.rawValue, generation: nil, time: surroundings.time,
        operation: operation, progress: progress)
    self.journal = journal
    var shutdown = IntentDocument.Shutdown()
    let timeout = Duration.milliseconds(request.timeout)
    shutdown.deadline = timeout
    shutdown.otherwise = request.force ? .destroy : .keep
    let runner = StepRunner(
      surroundings, key: key, name: knowledge.name, journal: journal, unplug: [:], shutdown: shutdown,
      deadline: timeout, undefine: undefine)
    self.runner = runner
    var current = knowledge
    if current.file == nil {
      let store = surroundings.store
      current.file = try await stored { () throws(StoreError) in try await store.file(of: key) }
    }
    _ = try await runner.run(steps, current)
  }

  /// A domain that carries our metadata is ours although the store was lost.
  private func rebuildRow(_ key: DomainKey, _ knowledge: Knowledge) async throws(Problem) {
    let row = DomainRow(
      key: key, name: knowledge.name, origin: .ours, createdAt: surroundings.time.now(),
      creationDigest: knowledge.managed.creationDigest)
    let store = surroundings.store
    try await stored { () throws(StoreError) in try await store.save(row) }
  }
}
