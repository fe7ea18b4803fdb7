import Control
import DomainXML
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// Carries out steps one after another: journal, one call, read back, verify, settle (I5, I6).
///
/// Not shared between tasks.
final class StepRunner {
  private let surroundings: Surroundings
  private let key: DomainKey
  private let name: String
  private let journal: Journal
  private let shutdown: IntentDocument.Shutdown
  private let executor: StepExecutor
  private let versions: VersionsOfHost
  /// What is left of the time that the caller gives guests.
  private var patience: Duration
  private var row: DomainRow?
  private var requests: GuestRequests
  private(set) var problems: [Problem] = []
  private(set) var waitsForGuest = false

  var hasFailed: Bool { !problems.isEmpty }

  init(
    _ surroundings: Surroundings, key: DomainKey, name: String, journal: Journal,
    unplug: [DeviceID: WantedDevice.Unplug], shutdown: IntentDocument.Shutdown, deadline: Duration
  ) {
    self.surroundings = surroundings
    self.key = key
    self.name = name
    self.journal = journal
    requests = GuestRequests(unplug)
    self.shutdown = shutdown
    patience = deadline
    executor = StepExecutor(hypervisor: surroundings.hypervisor, domain: key.domain, name: name)
    versions = VersionsOfHost(
      libvirt: surroundings.host.libvirtVersion, hypervisor: surroundings.host.hypervisorVersion)
  }

  /// Returns whether any step was done or is now waited for.
  func run(_ steps: [Step], _ knowledge: Knowledge) async throws(Problem) -> Bool {
    row = knowledge.file?.row
    requests.read(knowledge.file?.unplugs ?? [])
    var observed = knowledge.observed
    var moved = false
    var failed: Set<Step.Target> = []
    for step in steps {
      if failed.contains(step.target) || (step.action == .start && failed.contains(.domain)) { continue }
      // What the live step brought decides what the definition gets: the next plan knows.
      if step.followsLive { continue }
      if let device = step.waitsFor, let live = observed?.live, live.device(alias: alias(of: device, step)) != nil {
        continue
      }
      do throws(Problem) {
        try await StartCheck(hypervisor: surroundings.hypervisor, name: name).check(step, observed)
      } catch {
        problems.append(error)
        failed.insert(step.target)
        continue
      }
      let result = try await run(step)
      observed = result.observed ?? observed
      switch result.state {
      case .done: moved = true
      case .waiting:
        moved = true
        waitsForGuest = true
      case .unknown:
        // The connection is gone: what came of the call is for the next start to find out.
        return moved
      case .notDone, .planned, .started, .skipped: failed.insert(step.target)
      }
    }
    return moved
  }

  private func alias(of device: DeviceID, _ step: Step) -> String {
    step.xml.flatMap { try? DomainDocument($0) }.map { Device($0.root).alias ?? device.alias } ?? device.alias
  }

  // MARK: One step

  private struct Result {
    let state: StepRow.State
    let observed: ObservedDomain?
  }

  private func run(_ step: Step) async throws(Problem) -> Result {
    let order = try await journal.begin(step)
    let mark = await surroundings.events.mark(key.domain)
    if let alias = GuestRequests.alias(step) { await surroundings.events.forgetRefusal(alias, of: key.domain) }
    let failure = await call(step)
    if let failure, failure.meansConnectionLost {
      problems.append(Problem(failure, domain: name, device: deviceName(step), doing: doing(step)))
      try await journal.settle(
        order, .unknown, error: failure.description, observed: nil, host: versions)
      return Result(state: .unknown, observed: nil)
    }
    let observed = try await observe()
    switch try await verdict(step, observed) {
    case .done:
      try await settle(step, order, .done, observed)
      return Result(state: .done, observed: observed)
    case .differs(let how):
      let problem = Problem(
        "not-applied", "\(doing(step)): \(how)", domain: name, device: deviceName(step),
        remedy: "see `vmctl devices \(name)`")
      problems.append(problem)
      try await settle(step, order, .notDone, observed, error: problem.message)
      return Result(state: .notDone, observed: observed)
    case .notDone:
      if step.effect == .guest, failure.map({ requests.isAsked(step, despite: $0) }) ?? true {
        return try await wait(step, order, observed, mark, said: failure?.message)
      }
      return try await fail(step, order, failure, observed)
    }
  }

  private func verdict(_ step: Step, _ observed: ObservedDomain?) async throws(Problem) -> Verifier.Verdict {
    guard case .autostart(let isOn) = step.setting else { return Verifier.check(step, observed) }
    let hypervisor = surroundings.hypervisor
    let domain = key.domain
    let found = try await asking("asking for autostart", domain: name) { () throws(LibvirtError) in
      try await hypervisor.autostart(of: domain)
    }
    return found == isOn ? .done : .notDone
  }

  /// Makes the call; an error is no word on whether it was done.
  private func call(_ step: Step) async -> LibvirtError? {
    do throws(LibvirtError) {
      try await executor.execute(step)
      return nil
    } catch {
      return error
    }
  }

  private func fail(
    _ step: Step, _ order: Int, _ failure: LibvirtError?, _ observed: ObservedDomain?
  ) async throws(Problem) -> Result {
    var problem =
      failure.map { Problem($0, domain: name, device: deviceName(step), doing: doing(step)) }
      ?? Problem(
        "not-applied", "\(doing(step)): libvirt took the call, and nothing changed", domain: name,
        device: deviceName(step), remedy: "see `vmctl history \(name)`")
    if let hint = step.hint, problem.remedy == nil { problem.remedy = hint }
    var domain = row
    if step.action == .start {
      domain?.power.failedStarts += 1
      problem = try await blame(problem)
    }
    problems.append(problem)
    try await settle(step, order, .notDone, observed, error: problem.message, domain: domain)
    return Result(state: .notDone, observed: observed)
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

  private func settle(
    _ step: Step, _ order: Int, _ state: StepRow.State, _ observed: ObservedDomain?, error: String? = nil,
    domain: DomainRow? = nil, unplugs: [RowChange<UnplugRow>] = []
  ) async throws(Problem) {
    var unplugs = unplugs
    var ledger: [RowChange<LedgerRow>] = []
    // Gone from the running domain, or attached to it anew: either way an unplug that was armed is over.
    if state == .done, step.side == .live, [.attach, .detach, .set].contains(step.action) {
      unplugs.append(.remove(StepTarget(step.target)))
    }
    if state == .done, step.action == .detach, case .device(let id) = step.target {
      // Its slot stays known even where the store has never seen the device attached.
      if let slot = step.slot {
        let now = surroundings.time.now()
        ledger.append(
          .put(
            LedgerRow(
              device: id, kind: step.kind ?? "", alias: id.alias, slot: slot, state: .tombstone, since: now,
              removedAt: now)))
      }
    }
    let changed = domain ?? (state == .done ? power(after: step) : nil)
    if let changed { row = changed }
    try await journal.settle(
      order, state, error: error, observed: observed, host: versions, unplugs: unplugs, ledger: ledger,
      domain: changed)
  }

  /// R13 depends on who started and stopped the domain.
  private func power(after step: Step) -> DomainRow? {
    guard var row else { return nil }
    switch step.action {
    case .start:
      row.power.startedByUs = true
      row.power.stoppedByUs = false
      row.power.everStarted = true
      row.power.failedStarts = 0
      row.power.lastStartAt = surroundings.time.now()
      row.power.lastGoodStartAt = row.power.lastStartAt
    case .shutdown: row.power.stoppedByUs = true
    case .define, .attach, .detach, .update, .set, .setMetadata: return nil
    }
    return row
  }

  // MARK: Waiting for the guest

  /// The guest was asked and has not answered: its answer is waited for as long as the caller's patience lasts. What
  /// then still waits is in the store, and holds its slot and its file.
  private func wait(
    _ step: Step, _ order: Int, _ before: ObservedDomain?, _ mark: Int, said: String?
  ) async throws(Problem) -> Result {
    let limit = min(patience, requests.deadline(step) ?? shutdown.deadline)
    let unplug = requests.note(step, at: surroundings.time.now(), said: said)
    try await settle(step, order, .waiting, before, unplugs: unplug.map { [.put($0)] } ?? [])
    let start = surroundings.time.now().milliseconds
    var mark = mark
    var observed = before
    while true {
      let spent = Duration.milliseconds(surroundings.time.now().milliseconds - start)
      // Events may be lost: now and then it is looked at without one.
      await surroundings.events.wait(
        for: key.domain, since: mark, timeout: min(limit - spent, .seconds(2)), clock: surroundings.time.clock)
      mark = await surroundings.events.mark(key.domain)
      observed = try await observe()
      if Verifier.check(step, observed) == .done {
        requests.end(step)
        try await settle(step, order, .done, observed)
        return Result(state: .done, observed: observed)
      }
      if let alias = GuestRequests.alias(step), await surroundings.events.wasRefused(alias, of: key.domain) {
        return try await refusedByGuest(step, order, observed, unplug)
      }
      if Duration.milliseconds(surroundings.time.now().milliseconds - start) >= limit || Task.isCancelled { break }
    }
    patience = max(.zero, patience - .milliseconds(surroundings.time.now().milliseconds - start))
    if step.action == .shutdown, shutdown.otherwise == .destroy, limit == shutdown.deadline {
      return try await destroy(step, order)
    }
    return Result(state: .waiting, observed: observed)
  }

  private func refusedByGuest(
    _ step: Step, _ order: Int, _ observed: ObservedDomain?, _ unplug: UnplugRow?
  ) async throws(Problem) -> Result {
    var refused = unplug
    refused?.state = .refused
    refused?.said = "the guest refused"
    try await settle(
      step, order, .waiting, observed, error: "the guest refused to let go of the device",
      unplugs: refused.map { [.put($0)] } ?? [])
    return Result(state: .waiting, observed: observed)
  }

  private func destroy(_ step: Step, _ order: Int) async throws(Problem) -> Result {
    let hypervisor = surroundings.hypervisor
    let domain = key.domain
    try await asking("ending the domain", domain: name) { () throws(LibvirtError) in
      try await hypervisor.destroy(domain)
    }
    let observed = try await observe()
    let state: StepRow.State = Verifier.check(step, observed) == .done ? .done : .notDone
    try await settle(step, order, state, observed)
    return Result(state: state, observed: observed)
  }

  // MARK: After a crash

  /// Steps whose outcome nobody wrote down are settled by reading; none is ever replayed (I6).
  func settleOpenSteps(_ knowledge: Knowledge) async throws(Problem) {
    for open in knowledge.file?.openSteps ?? [] where open.state != .waiting {
      let verdict = open.step.map { Verifier.check($0, knowledge.observed) } ?? .notDone
      let state: StepRow.State = verdict == .done ? .done : .notDone
      let settlement = Settlement(
        of: open, as: state, at: surroundings.time.now(), error: "vmctl ended before the outcome was known",
        record: versions.record(knowledge.observed, at: surroundings.time.now()))
      let store = surroundings.store
      try await stored { () throws(StoreError) in try await store.settle(settlement) }
    }
  }

  private func observe() async throws(Problem) -> ObservedDomain? {
    let hypervisor = surroundings.hypervisor
    let domain = key.domain
    let found = try await asking("reading the domain back", domain: name) { () throws(LibvirtError) in
      try await hypervisor.observe(.uuid(domain))
    }
    guard let found else { return nil }
    return try ObservedDomain(found)
  }

  private func deviceName(_ step: Step) -> String? {
    guard case .device(let id) = step.target else { return nil }
    return id.text
  }

  private func doing(_ step: Step) -> String {
    let target = TargetDocument(step.target).name
    return [step.action.rawValue, target, step.side.map { "(\($0.rawValue))" }].compactMap { $0 }
      .joined(separator: " ")
  }
}
