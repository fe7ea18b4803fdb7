import Control
import DomainXML
import Faults
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// Carries out steps one after another: journal, one call, read back, verify, settle (I5, I6).
///
/// Not shared between tasks.
final class StepRunner {
  let surroundings: Surroundings
  let key: DomainKey
  let name: String
  let journal: Journal
  let shutdown: IntentDocument.Shutdown
  let reading: ReadingBack
  let versions: VersionsOfHost
  private let executor: StepExecutor
  let holding: Holding
  /// What is left of the time that the caller gives guests.
  var patience: Duration
  var row: DomainRow?
  var requests: GuestRequests
  /// Ids whose slots are known.
  private var placed: Set<DeviceID> = []
  private(set) var problems: [Problem] = []
  /// What the guest was asked for and has not done.
  private(set) var waiting: Set<Step.Target> = []
  var waitsForGuest: Bool { !waiting.isEmpty }
  /// How often a call for a target was cut off.
  private var cutOff: [Step.Target: Int] = [:]

  var hasFailed: Bool { !problems.isEmpty }

  /// A call that is cut off twice is not made a third time: it may be what ends the daemon.
  private static let cutOffLimit = 2

  /// How often an attach is made again that met something left over: each block node that a dead daemon left is in the
  /// way once, for libvirt then takes the next number.
  private static let leftoverLimit = 4

  init(
    _ surroundings: Surroundings, key: DomainKey, name: String, journal: Journal,
    unplug: [DeviceID: WantedDevice.Unplug], shutdown: IntentDocument.Shutdown, deadline: Duration,
    undefine: UndefineOptions = []
  ) {
    self.surroundings = surroundings
    self.key = key
    self.name = name
    self.journal = journal
    requests = GuestRequests(unplug)
    self.shutdown = shutdown
    patience = deadline
    let hypervisor = surroundings.hypervisor
    executor = StepExecutor(hypervisor: hypervisor, domain: key.domain, name: name, undefine: undefine)
    reading = ReadingBack(hypervisor: hypervisor, domain: key.domain, name: name)
    holding = Holding(hypervisor: hypervisor, clock: surroundings.time.clock, name: name)
    versions = VersionsOfHost(surroundings.host)
  }

  /// Returns whether anything came of it that a new plan should know.
  func run(_ steps: [Step], _ knowledge: Knowledge) async throws(Problem) -> Bool {
    row = knowledge.file?.row
    requests.read(knowledge.unplugs)
    placed = Set(knowledge.file?.ledger.map(\.device) ?? [])
    var observed = knowledge.observed
    var moved = false
    var failed: Set<Step.Target> = []
    for planned in steps {
      var step = planned
      if failed.contains(step.target) || (step.action == .start && failed.contains(.domain)) { continue }
      // Asked once by this command, with all the time that it has.
      if step.effect == .guest, waiting.contains(step.target) { continue }
      // What the live step brought decides what the definition gets: the next plan knows.
      if step.followsLive { continue }
      if let device = step.waitsFor, let live = observed?.live, live.device(alias: alias(of: device, step)) != nil {
        continue
      }
      do throws(Problem) {
        if observed?.observation.state.isActive == true, step.action != .destroy {
          do throws(Problem) {
            try await holding.check(key.domain)
          } catch {
            // Who may end the domain need not wait for whoever holds it.
            guard step.action == .shutdown, shutdown.otherwise == .destroy else { throw error }
            step = Step(.destroy, step.target, effect: .live, reason: "\(step.reason); \(error.message)")
          }
        }
        try await StartCheck(hypervisor: surroundings.hypervisor, name: name).check(step, observed)
      } catch {
        problems.append(error)
        // Who holds the domain holds it for every step.
        if error.code.outcome == .conflict { return moved }
        failed.insert(step.target)
        continue
      }
      let current = observed?.observation.id
      var end = try await run(step, in: current)
      for _ in 0..<StepRunner.leftoverLimit where end.metLeftover { end = try await run(step, in: current) }
      if end.metLeftover { problems.append(leftoverProblem(step)) }
      let changes = HardwareWatch.look(observed, end.observed, step)
      if !changes.isEmpty {
        let problem = HardwareWatch.problem(changes, name)
        problems.append(problem)
        try await HardwareWatch.keep(problem, of: key, surroundings)
        return true
      }
      observed = end.observed ?? observed
      switch end.state {
      case .done:
        moved = true
        waiting.remove(step.target)
      case .waiting:
        moved = true
        waiting.insert(step.target)
      case .unknown:
        // Nobody can be asked what came of it: that is for the next start to find out.
        return moved
      case .notDone, .planned, .started, .skipped:
        failed.insert(step.target)
        moved = moved || end.isWorthAnotherPlan
      }
    }
    return moved
  }

  private func alias(of device: DeviceID, _ step: Step) -> String {
    step.xml.flatMap { try? DomainDocument($0) }.map { Device($0.root).alias ?? device.alias } ?? device.alias
  }

  // MARK: One step

  struct End {
    let state: StepRow.State
    let observed: ObservedDomain?
    /// Not done, and no fault of the step's: things have changed, or the call was cut off.
    var isWorthAnotherPlan = false
    /// Not done for something that a dead daemon left, and that need not be in the way a second time.
    var metLeftover = false
  }

  private func run(_ step: Step, in run: Int?) async throws(Problem) -> End {
    let request = requests.begin(step, in: run, at: surroundings.time.now())
    let early = PlantedBug.is(.callsBeforeJournal) ? await call(step) : nil
    let order = try await journal.begin(
      step, unplugs: PlantedBug.is(.asksBeforeKeeping) ? [] : request.map { [.put($0)] } ?? [],
      ledger: StepConsequences.claims(step, besides: placed, at: surroundings.time.now()))
    let mark = await surroundings.events.mark(key.domain)
    if let alias = GuestRequests.alias(step) { await surroundings.events.forgetRefusal(alias, of: key.domain) }
    var failure = PlantedBug.is(.callsBeforeJournal) ? early : await call(step)
    if PlantedBug.is(.retriesBlindly), failure?.meansConnectionLost == true { failure = await call(step) }
    let outcome = failure.map { CallOutcome($0, of: step.action) }
    let observed: ObservedDomain?
    let verdict: Verifier.Verdict
    do throws(Problem) {
      observed = try await outcome == .unknown ? reading.observeAtRest() : reading.observe()
      verdict =
        PlantedBug.is(.trustsReturnCode) && failure == nil
        ? .done
        : PlantedBug.is(.believesErrors) && failure != nil ? .notDone : try await reading.verdict(step, observed)
    } catch {
      return try await leaveOpen(step, order, failure, error)
    }
    switch verdict {
    case .done:
      try await settle(step, order, .done, observed)
      return End(state: .done, observed: observed)
    case .differs(let how):
      let problem = Problem(
        "not-applied", "\(doing(step)): \(how)", domain: name, device: deviceName(step),
        remedy: "see `vmctl devices \(name)`")
      problems.append(problem)
      try await settle(step, order, .notDone, observed, error: problem.message)
      return End(state: .notDone, observed: observed)
    case .notDone:
      // Cut off, and the guest may never have heard of it: asking twice does no harm (faults.md 2.1).
      if step.effect == .guest, failure?.meansConnectionLost == true, observed?.live != nil, cutOff[step.target] == nil
      {
        return try await giveUp(step, order, failure, outcome, observed)
      }
      if step.effect == .guest, hasRequest(outcome, observed) {
        return try await wait(step, order, observed, mark, failure, outcome)
      }
      return try await giveUp(step, order, failure, outcome, observed)
    }
  }

  /// Makes the call; an error is no word on whether it was done.
  func call(_ step: Step) async -> LibvirtError? {
    do throws(LibvirtError) {
      try await executor.execute(step)
      return nil
    } catch {
      return error
    }
  }

  /// Whether the guest may have been asked.
  private func hasRequest(_ outcome: CallOutcome?, _ observed: ObservedDomain?) -> Bool {
    guard observed?.live != nil else { return false }
    switch outcome {
    case nil, .asked, .refusedByGuest, .unknown: return true
    case .refused, .held, .leftover, .phantom, .absent: return false
    }
  }

  /// The domain cannot be read: the step stays open.
  private func leaveOpen(
    _ step: Step, _ order: Int, _ failure: LibvirtError?, _ problem: Problem
  ) async throws(Problem) -> End {
    problems.append(failure.map { Problem($0, domain: name, device: deviceName(step), doing: doing(step)) } ?? problem)
    try await journal.settle(
      order, .unknown, error: failure?.description ?? problem.message, observed: nil, host: versions)
    return End(state: .unknown, observed: nil)
  }

  /// The call did not do it, and nothing more is to be expected of it.
  private func giveUp(
    _ step: Step, _ order: Int, _ failure: LibvirtError?, _ outcome: CallOutcome?, _ observed: ObservedDomain?
  ) async throws(Problem) -> End {
    let withdrawn = request(after: failure, step)
    let hasEnded = step.side == .live && observed?.live == nil
    if outcome == .leftover {
      try await settle(step, order, .notDone, observed, error: failure?.description)
      return End(state: .notDone, observed: observed, metLeftover: true)
    }
    if hasEnded || outcome == .absent || failure?.meansConnectionLost == true {
      let times = cutOff[step.target, default: 0] + 1
      cutOff[step.target] = times
      if times < StepRunner.cutOffLimit {
        try await settle(step, order, .notDone, observed, error: failure?.description, unplugs: withdrawn)
        return End(state: .notDone, observed: observed, isWorthAnotherPlan: true)
      }
    }
    var phantoms: [RowChange<PhantomRow>] = []
    if outcome == .phantom, let failure, !PlantedBug.is(.forgetsPhantoms) {
      phantoms = phantom(step, failure, observed).map { [.put($0)] } ?? []
    }
    var problem = problem(step, failure, outcome)
    var domain = row
    if step.action == .start {
      domain?.power.failedStarts += 1
      problem = try await blame(problem)
    }
    problems.append(problem)
    try await settle(
      step, order, .notDone, observed, error: problem.message, domain: domain, unplugs: withdrawn, phantoms: phantoms)
    return End(state: .notDone, observed: observed)
  }

  /// What is kept of a request to the guest that was not made or was cut off. One that was cut off may have come to it,
  /// and is due again at once.
  private func request(after failure: LibvirtError?, _ step: Step) -> [RowChange<UnplugRow>] {
    guard requests[step] != nil else { return [] }
    guard failure?.meansConnectionLost == true else {
      requests.end(step)
      return [.remove(StepTarget(step.target))]
    }
    return requests.isDueAgain(step, at: surroundings.time.now()).map { [.put($0)] } ?? []
  }

  private func phantom(_ step: Step, _ failure: LibvirtError, _ observed: ObservedDomain?) -> PhantomRow? {
    guard step.side == .live, let id = step.target.deviceID, let run = observed?.observation.id else { return nil }
    return PhantomRow(
      device: id, alias: step.alias ?? id.alias, slot: step.slot, run: run, since: surroundings.time.now(),
      said: failure.message)
  }

  private func problem(_ step: Step, _ failure: LibvirtError?, _ outcome: CallOutcome?) -> Problem {
    guard let failure else {
      return Problem(
        "not-applied", "\(doing(step)): libvirt took the call, and nothing changed", domain: name,
        device: deviceName(step), remedy: step.hint ?? "see `vmctl history \(name)`")
    }
    switch outcome {
    case .phantom:
      return Problem(
        "phantom-device",
        "\(doing(step)): the hypervisor process has the device and libvirt does not know it, as after a call that was "
          + "cut off", domain: name, device: deviceName(step), wanted: "attached", found: failure.message,
        remedy: "vmctl restart \(name): a new process has it once, at the same slot", underlying: failure.description)
    case .held:
      return Problem(
        "job-in-progress", "\(doing(step)): another job holds the domain: \(failure.message)", domain: name,
        device: deviceName(step), remedy: "wait until the job is done (`virsh domjobinfo \(name)`), then try again")
    default:
      var problem = Problem(failure, domain: name, device: deviceName(step), doing: doing(step))
      if let hint = step.hint, problem.remedy == nil { problem.remedy = hint }
      return problem
    }
  }

  private func leftoverProblem(_ step: Step) -> Problem {
    Problem(
      "phantom-device",
      "\(doing(step)): what an earlier call left in the hypervisor process is in the way each time", domain: name,
      device: deviceName(step), remedy: "vmctl restart \(name): a new process has none of it")
  }

  /// A start that fails: what was changed since the last good one, and the way back.
  private func blame(_ problem: Problem) async throws(Problem) -> Problem {
    let store = surroundings.store
    let (key, start) = (key, row?.power.lastGoodStartAt)
    let failure = try await stored { () throws(StoreError) in
      try await StartFailure.read(store, key, lastGoodStart: start)
    }
    guard !failure.changes.isEmpty else { return problem }
    var blamed = Problem(
      "start-failed", problem.message + "; changed since its last good start: \(failure.words)", domain: name,
      remedy: failure.undo(name) ?? problem.remedy)
    blamed.device = problem.device
    return blamed
  }

  // MARK: Settling

  func settle(
    _ step: Step, _ order: Int, _ state: StepRow.State, _ observed: ObservedDomain?, error: String? = nil,
    domain: DomainRow? = nil, unplugs: [RowChange<UnplugRow>] = [], phantoms: [RowChange<PhantomRow>] = []
  ) async throws(Problem) {
    var consequences = StepConsequences(step, state, row, at: surroundings.time.now())
    consequences.unplugs += unplugs
    if let domain { consequences.domain = domain }
    if let changed = consequences.domain { row = changed }
    if state == .done {
      requests.end(step)
      if let id = step.target.deviceID { placed.insert(id) }
    }
    try await journal.settle(
      order, state, error: error, observed: observed, host: versions, consequences, phantoms: phantoms)
  }

  func deviceName(_ step: Step) -> String? { step.target.deviceID?.text }

  func doing(_ step: Step) -> String {
    let target = TargetDocument(step.target).name
    return [step.action.rawValue, target, step.side.map { "(\($0.rawValue))" }].compactMap { $0 }
      .joined(separator: " ")
  }
}

extension Step {
  /// The alias of the device that is sent.
  var alias: String? { xml.flatMap { try? DomainDocument($0) }.flatMap { Device($0.root).alias } }
}
