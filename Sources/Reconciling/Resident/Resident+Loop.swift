import Control
import DomainXML
import Intent
import Libvirt
import Logging
import Planning
import Store
import Vocabulary

/// Looking at one domain after another.
extension Resident {
  // MARK: One pass

  /// Brings a domain nearer to its document and says when to look again.
  func pass(_ name: String) async {
    guard !held.isStopping else { return }
    let depth = queue.depth
    Meters.queue(depth: depth.due)
    Meters.workers(depth.running)
    defer { Meters.workers(queue.depth.running - 1) }
    let id = String(UInt64.random(in: .min ... .max), radix: 36)
    var log = log
    log[metadataKey: "domain"] = "\(name)"
    log[metadataKey: "reconcile.id"] = "\(id)"
    do throws(Problem) {
      guard let report = try await turned(name, log) else { return }
      let took = (report.endedAt ?? 0) - (report.startedAt ?? 0)
      log.log(
        level: report.steps.isEmpty ? .debug : .info, "pass",
        metadata: [
          "outcome": "\(report.outcome.rawValue)", "generation": "\(report.generation ?? 0)",
          "steps": "\(report.steps.count)", "took": "\(took) ms", "summary": "\(report.summary)",
        ])
    } catch {
      log.error("the pass failed", metadata: ["code": "\(error.code)", "error": "\(error.message)"])
      let attempts = failed(name)
      again(name, after: Backoff.failure, attempts)
    }
  }

  private func turned(_ name: String, _ log: Logger) async throws(Problem) -> OperationReport? {
    guard let lanes = held.change({ $0.lanes }) else { return nil }
    let lane = try await lanes.take()
    await turns.take(name)
    let result: Result<OperationReport?, Problem>
    do throws(Problem) {
      result = .success(try await reconcile(name, lane.hypervisor))
    } catch {
      result = .failure(error)
    }
    turns.give(name)
    await lanes.give(lane)
    return try result.get()
  }

  /// In the domain's turn. `nil` where there is nothing to reach.
  private func reconcile(_ name: String, _ hypervisor: any Hypervisor) async throws(Problem) -> OperationReport? {
    let base = try held.surroundings()
    if let entry = directory[name] { try await keepDeparture(entry, base.store) }
    guard let entry = directory[name], entry.generation != nil, !entry.isSuspended else {
      try await refresh(name)
      return nil
    }
    var isDue = entry.isDue
    if !isDue { isDue = try await hasChanged(entry, hypervisor) }
    guard isDue else { return nil }
    directory.change(name) { $0.isDue = false }
    let surroundings = Surroundings(
      hypervisor: hypervisor, store: base.store, host: base.host, events: base.events, time: base.time)
    let row = try await stored { () throws(StoreError) in try await base.store.intent(of: entry.key) }
    guard let row else { return nil }
    let document = try parsed(row, name)
    let report = await working(name, towards: row.generation) { [settings, time] in
      let progress = ProgressSink(domain: name) { event in self.tell(event) }
      let started = time.now().milliseconds
      var report = await DomainReconciler(
        surroundings, wanted: document, options: PlanningInput.Options(),
        // A guest that is to shut down gets the time that its document gives it: what comes then is for whoever waited.
        timeout: document.power == .stopped ? document.shutdown.deadline : settings.patience,
        kept: row.generation, admission: Admission.isFiltered(source: row.source) ? self.admission : nil,
        progress: progress
      ).run()
      report.startedAt = report.startedAt ?? started
      report.endedAt = time.now().milliseconds
      return report
    }
    try await finish(name, report, of: row.generation)
    return report
  }

  /// Whether libvirt shows anything else than what was seen last: the cost of an event that meant nothing.
  private func hasChanged(_ entry: DirectoryEntry, _ hypervisor: any Hypervisor) async throws(Problem) -> Bool {
    let observation = try await asking("reading the domain") { () throws(LibvirtError) in
      try await hypervisor.observe(.uuid(entry.key.domain))
    }
    guard let observation else { return true }
    var isOther = false
    directory.change(entry.name) { isOther = $0.sees(observation) }
    return isOther
  }

  /// Runs a pass so that whoever has something newer can end its waiting for a guest.
  private func working(
    _ name: String, towards generation: Generation, _ work: @escaping @Sendable () async -> OperationReport
  ) async -> OperationReport {
    let task = Task { await work() }
    held.change { $0.passes[name] = Open.Pass(task: task, generation: generation) }
    let report = await task.value
    held.change { state in
      state.passes[name] = nil
      state.waiting[name] = nil
    }
    return report
  }

  /// Ends a pass that only waits for a guest: what it waits for is in the store, and the next pass knows of it.
  func interrupt(_ name: String) {
    held.change { $0.waiting[name] }?.cancel()
  }

  /// Takes down what came of a look and when the next is due.
  private func finish(
    _ name: String, _ report: OperationReport, of generation: Generation
  ) async throws(Problem) {
    var report = report
    // A pass that was cut short does not say so itself.
    report.generation = report.generation ?? generation.number
    held.change { [report] state in state.reports[name] = report }
    let isRecorded = ![.refused, .abiDiffers, .error, .conflict].contains(report.outcome)
    let file = try await refresh(name, keepingSeen: !isRecorded)
    Meters.store(revision: board.newest)
    board.post(.operation, name) { event in
      event.uuid = report.uuid
      event.generation = report.generation
      event.operation = self.status(of: report, name)
    }
    switch report.outcome {
    case .asWanted, .nextBoot, .changesFound:
      directory.change(name) { $0.failures = 0 }
    case .waiting:
      directory.change(name) { $0.failures = 0 }
      come(name, after: due(file))
    case .refused, .abiDiffers, .usage:
      again(name, after: Backoff.refusal, failed(name))
    case .conflict:
      // It may have come and gone between two looks at the list.
      if report.isGone, let entry = directory[name], !entry.isMissing { miss(entry) }
      let isOver = report.isGone || report.problems.contains { $0.code == "suspended" }
      if !isOver { again(name, after: Backoff.conflict, failed(name)) }
    case .error:
      again(name, after: Backoff.failure, failed(name))
    }
    if let newest = directory[name]?.generation, newest > generation { come(name) }
  }

  private func failed(_ name: String) -> Int {
    var attempts = 1
    directory.change(name) { entry in
      entry.failures += 1
      attempts = entry.failures
    }
    return attempts
  }

  private func again(_ name: String, after backoff: Backoff, _ attempts: Int) {
    var random = SystemRandomNumberGenerator()
    come(name, after: backoff.pause(after: attempts, &random))
  }

  /// Has a domain's document reached anew, whether or not anything of the domain changes meanwhile.
  func come(_ name: String, after pause: Duration = .zero) {
    directory.change(name) { $0.isDue = true }
    queue.add(name, after: pause)
  }

  /// When the guest is asked again, or has had its time. An event comes first where it answers.
  private func due(_ file: DomainFile?) -> Duration {
    let now = time.now().milliseconds
    let moments = (file?.unplugs ?? []).flatMap { row in [row.nextRequestAt, row.deadline].compactMap { $0 } }
    let next = moments.map(\.milliseconds).filter { $0 > now }.min() ?? now + 30_000
    return .milliseconds(max(1000, min(next - now + 50, 60_000)))
  }

  func parsed(_ row: IntentRow, _ name: String) throws(Problem) -> IntentDocument {
    let documents: [IntentDocument]
    do throws(IntentFaults) {
      documents = try IntentParser.parse([.init(name: row.source, bytes: Array(row.text))])
    } catch {
      throw Problem(error)
    }
    guard let document = documents.first(where: { $0.name.text == name }) ?? documents.first else {
      throw Problem("store", "the document kept for '\(name)' is empty", domain: name)
    }
    return document
  }

  // MARK: Work that was asked for

  /// A command's or a request's work on a domain, in its turn.
  func turn(_ reference: String, _ work: @Sendable () async -> OperationReport) async -> OperationReport {
    let name = directory.name(of: reference)
    interrupt(name)
    await turns.take(name)
    var report = await work()
    held.change { [report] state in state.reports[name] = report }
    do throws(Problem) {
      try await refresh(name)
    } catch {
      report.problems.append(error)
    }
    turns.give(name)
    come(name)
    return report
  }

  /// Hands on what happens, and knows from it who waits for a guest.
  func tell(_ event: ProgressEvent) {
    let name = event.domain
    let newest = directory[name]?.generation
    let late = held.change { state -> Task<OperationReport, Never>? in
      let pass = state.passes[name]
      state.waiting[name] = event.phase == .waiting ? pass?.task : nil
      // A document that came before it waited found nothing to end.
      let isSuperseded = newest.flatMap { newest in pass.map { newest > $0.generation } } ?? false
      return state.isStopping || isSuperseded ? state.waiting[name] : nil
    }
    late?.cancel()
    guard event.phase != .finished else { return }
    board.post(.progress, name) { $0.progress = event }
  }

  // MARK: What is known

  /// Takes in what the store has on a domain now.
  /// - Parameters:
  ///   - name: the domain.
  ///   - keepingSeen: the sides were not recorded, so what was seen last still counts.
  /// - Returns: what the store has; `nil` where it has forgotten the domain.
  /// - Throws: where the store cannot be read.
  @discardableResult
  func refresh(_ name: String, keepingSeen: Bool = false) async throws(Problem) -> DomainFile? {
    let surroundings = try held.surroundings()
    let store = surroundings.store
    let host = surroundings.host.uuid
    let known = directory[name]?.key
    let file = try await stored { () throws(StoreError) -> DomainFile? in
      if let known, let file = try await store.file(of: known) { return file }
      guard let row = try await store.domains(named: name).last(where: { $0.key.host == host }) else { return nil }
      return try await store.file(of: row.key)
    }
    guard let file else {
      try await forget(name, surroundings)
      return nil
    }
    let document = try? file.intent.map { (row) throws(Problem) in try parsed(row, name) }
    let conditions = ConditionMaker.conditions(of: file)
    let before = directory[name]?.conditions
    directory.update(name, file.row.key) { $0.take(file, document, conditions, keepingSeen: keepingSeen) }
    if let before, before != conditions { tellConditions(name) }
    return file
  }

  func tellConditions(_ name: String) {
    guard let entry = directory[name] else { return }
    board.post(.conditions, name) { $0.describe(entry) }
  }

  /// A domain whose rows are gone is external again, or not there at all.
  private func forget(_ name: String, _ surroundings: Surroundings) async throws(Problem) {
    held.change { state in state.reports[name] = nil }
    guard let entry = directory[name], entry.isKept else { return }
    let observation = try await asking("reading the domain") { () throws(LibvirtError) in
      try await surroundings.hypervisor.observe(.uuid(entry.key.domain))
    }
    if observation == nil {
      directory.remove(name)
    } else {
      directory.update(name, entry.key) { fresh in
        fresh = DirectoryEntry(name: name, key: entry.key)
        fresh.state = observation?.state
      }
    }
    board.post(.domain, name) { event in
      event.uuid = entry.key.domain
      event.state = observation?.state.rawValue ?? "gone"
    }
  }
}

extension ServerEvent {
  mutating func describe(_ entry: DirectoryEntry) {
    uuid = entry.key.domain
    generation = entry.generation?.number
    state = entry.words
    conditions = entry.conditionsNow
  }
}
