package import Control
import Digests
import Libvirt
import Planning
import Store
package import Vocabulary

/// Verbs that go on when the caller has gone, and where things stand.
extension Resident {
  package func begin(_ request: VerbRequest, idempotencyKey: String?) async throws(Problem) -> OperationStatus {
    var request = request
    let entry = try known(request.domain)
    request.domain = entry.name
    try await admit(request, entry)
    // What is done may take the domain's rows with it, and the operation would go with them.
    let staysNobodys = request.verb == .delete || request.verb == .forget
    return try await begin(
      entry, verb: request.verb.rawValue, asked: "\(request)", by: request.requester, key: idempotencyKey,
      staysNobodys: staysNobodys
    ) { [request] (surroundings, progress, operation) in
      request.verb == .adopt
        ? await EmbeddedControl.adopt(surroundings, request, progress, operation: operation)
        : await VerbRunner(surroundings, request, progress, operation: operation).run()
    }
  }

  package func begin(
    reconciling request: ReconcileRequest, idempotencyKey: String?
  ) async throws(Problem) -> OperationStatus {
    guard let reference = request.domains.first, request.domains.count == 1, request.documents.isEmpty else {
      throw Problem("usage", "one domain is reconciled at a time, by the document that it has")
    }
    let entry = try known(reference)
    if entry.generation == nil { throw Resident.noDocument(entry.name) }
    let options = try control.options(request)
    return try await begin(
      entry, verb: "reconcile", asked: "\(request)", by: request.requester, key: idempotencyKey, staysNobodys: false
    ) { (surroundings, progress, operation) in
      do throws(Problem) {
        // Read in the domain's turn: a newer one may have been kept while others had theirs.
        let row = try await stored { () throws(StoreError) in try await surroundings.store.intent(of: entry.key) }
        guard let row else { throw Resident.noDocument(entry.name) }
        return await DomainReconciler(
          surroundings, wanted: try self.parsed(row, entry.name), options: options,
          timeout: .milliseconds(request.timeout), operation: operation, kept: row.generation,
          admission: Admission.isFiltered(source: row.source) ? self.admission : nil, progress: progress
        ).run()
      } catch {
        var report = OperationReport(
          domain: entry.name, verb: "reconcile", outcome: error.code.outcome, summary: error.message)
        report.problems = [error]
        return report
      }
    }
  }

  private static func noDocument(_ name: String) -> Problem {
    Problem(
      "no-intent", "no document is known for '\(name)'", domain: name,
      remedy: "give one with PUT /v1/domains/\(name)/intent; it is kept")
  }

  func known(_ reference: String) throws(Problem) -> DirectoryEntry {
    if held.isStopping { throw Resident.stopping }
    guard let entry = directory[reference] else {
      throw Problem(
        "no-such-domain", "there is no domain '\(reference)'", domain: reference,
        remedy: "`vmctl get` lists the domains")
    }
    return entry
  }

  private func begin(
    _ entry: DirectoryEntry, verb: String, asked: String, by requester: Requester, key: String?, staysNobodys: Bool,
    _ work: @escaping @Sendable (Surroundings, ProgressSink, OperationID) async -> OperationReport
  ) async throws(Problem) -> OperationStatus {
    let surroundings = try held.surroundings()
    let (store, name, now) = (surroundings.store, entry.name, time.now())
    let request = key.map { key in
      IncomingRequest(requester: requester.name, key: key, digest: Digest(of: asked), at: now)
    }
    let opened = try await stored { () throws(StoreError) in
      try await store.startOperation(verb, domain: nil, at: now, request: request)
    }
    let operation: OperationID
    switch opened {
    case .success(let id): operation = id
    case .failure(let asked):
      guard let request, asked.row.isSame(as: request) else { throw Resident.mismatch(name) }
      return try await self.operation(asked.row.operation, wait: 0)
    }
    var status = OperationStatus(
      id: String(operation.number), domain: name, verb: verb, state: .running, summary: "begun")
    status.uuid = entry.key.domain
    status.startedAt = now.milliseconds
    let begun = status
    let task = Task {
      let report = await self.turn(name) {
        await self.work(on: entry, surroundings, operation, staysNobodys: staysNobodys, work)
      }
      self.held.change { state in
        state.verbs[operation.number] = nil
        var ended = begun
        ended.take(report)
        state.remember(ended)
      }
      self.board.post(.operation, name) { event in
        event.uuid = entry.key.domain
        var ended = begun
        ended.take(report)
        event.operation = ended
      }
    }
    held.change { state in
      // It may be over already.
      if state.ended[begun.id] == nil { state.verbs[operation.number] = Open.Verb(status: begun, task: task) }
    }
    return begun
  }

  /// In the domain's turn: the operation becomes the domain's, is carried out, and has an end in any case.
  private func work(
    on entry: DirectoryEntry, _ surroundings: Surroundings, _ operation: OperationID, staysNobodys: Bool,
    _ work: @Sendable (Surroundings, ProgressSink, OperationID) async -> OperationReport
  ) async -> OperationReport {
    let store = surroundings.store
    let now = time.now()
    var report: OperationReport
    do throws(Problem) {
      if !staysNobodys, entry.isKept {
        try await stored { () throws(StoreError) in try await store.assign(operation, to: entry.key, at: now) }
      }
      report = await work(surroundings, ProgressSink(domain: entry.name) { event in self.tell(event) }, operation)
      let (outcome, summary) = (report.outcome, report.summary)
      try await stored { () throws(StoreError) in
        guard let row = try await store.operation(operation), row.end == nil else { return }
        try await store.endOperation(
          operation,
          OperationRow.End(
            at: self.time.now(), outcome: outcome.rawValue, exitCode: Int(outcome.exitCode), summary: summary))
      }
    } catch {
      report = OperationReport(
        domain: entry.name, verb: "", outcome: error.code.outcome, summary: error.message)
      report.problems = [error]
    }
    report.id = operation.number
    report.uuid = report.uuid ?? entry.key.domain
    report.startedAt = report.startedAt ?? now.milliseconds
    report.endedAt = time.now().milliseconds
    return report
  }

  // MARK: Where things stand

  package func operation(_ id: String, wait: Int64) async throws(Problem) -> OperationStatus {
    // From before the first look, so that nothing is missed between two.
    let events = wait > 0 ? try board.watch(after: nil, now: { [] }) : nil
    let status = try await operation(id)
    guard let events, !status.isOver else { return status }
    let (clock, domain) = (time.clock, status.domain)
    let changed = await withTaskGroup(of: OperationStatus?.self) { group in
      group.addTask {
        try? await clock.sleep(for: .milliseconds(wait))
        return nil
      }
      group.addTask {
        for await event in events where event.domain == domain {
          guard [.operation, .conditions, .intent].contains(event.type) else { continue }
          if let now = try? await self.operation(id), now.isOver { return now }
        }
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
    if let changed { return changed }
    return try await operation(id)
  }

  private func operation(_ id: String) async throws(Problem) -> OperationStatus {
    if let number = Int64(id) { return try await verb(number) }
    let parts = id.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 2, let uuid = DomainUUID(String(parts[0])), let number = Int64(parts[1]), number > 0 {
      return try await status(of: Generation(number), uuid)
    }
    throw Resident.noSuchOperation(id)
  }

  static func noSuchOperation(_ id: String) -> Problem {
    Problem(
      "no-such-operation", "there is no operation '\(id)'",
      remedy: "the history of a domain lists its operations; old ones are dropped")
  }

  private func verb(_ number: Int64) async throws(Problem) -> OperationStatus {
    let known = held.change { state in state.verbs[number]?.status ?? state.ended[String(number)] }
    if let known { return known }
    let store = try held.surroundings().store
    let row = try await stored { () throws(StoreError) in try await store.operation(OperationID(number)) }
    guard let row else { throw Resident.noSuchOperation(String(number)) }
    let name = row.domain.flatMap { directory[$0.domain]?.name } ?? ""
    var status = OperationStatus(
      id: String(number), domain: name, verb: row.verb, state: row.end == nil ? .running : .done,
      summary: row.end?.summary ?? "it runs")
    status.uuid = row.domain?.domain
    status.generation = row.generation?.number
    status.startedAt = row.startedAt.milliseconds
    status.endedAt = row.end?.at.milliseconds
    status.outcome = row.end.flatMap { Outcome(rawValue: $0.outcome) }
    status.exitCode = row.end.map { Int32($0.exitCode) }
    return status
  }

  /// A document's: what became of it follows from what is known of the domain, also after a restart.
  private func status(of generation: Generation, _ uuid: DomainUUID) async throws(Problem) -> OperationStatus {
    let surroundings = try held.surroundings()
    let key = DomainKey(host: surroundings.host.uuid, domain: uuid)
    let store = surroundings.store
    guard let entry = directory[uuid], let newest = entry.generation, newest >= generation else {
      throw Resident.noSuchOperation("\(uuid).\(generation)")
    }
    var status = status(of: generation, entry.name, key)
    guard status.report == nil, status.state != .pending else { return status }
    let rows = try await stored { () throws(StoreError) in try await store.operations(of: key, limit: 50) }
    if let row = rows.first(where: { $0.generation == generation }) {
      status.startedAt = row.startedAt.milliseconds
      status.endedAt = row.end?.at.milliseconds
    }
    return status
  }

  func status(of generation: Generation, _ name: String, _ key: DomainKey) -> OperationStatus {
    let entry = directory[name]
    var status = OperationStatus(
      id: "\(key.domain).\(generation)", domain: name, verb: "reconcile", state: .pending,
      summary: "accepted as generation \(generation)")
    status.uuid = key.domain
    status.generation = generation.number
    let report = held.change { $0.reports[name] }.flatMap { report in
      report.generation == generation.number ? report : nil
    }
    let newest = entry?.generation ?? generation
    let observed = entry?.observedGeneration ?? Generation(0)
    if newest > generation, report?.outcome != .asWanted, entry?.appliedGeneration != generation {
      status.state = .superseded
      status.summary = "generation \(newest) took its place"
    } else if observed < generation {
      status.state = queue.isRunning(name) ? .running : .pending
    } else if let report {
      status.take(report)
    } else if entry?.appliedGeneration == generation {
      let waits = entry?.conditions.contains { $0.type == "RestartRequired" && $0.isTrue } ?? false
      status.state = .done
      status.outcome = waits ? .nextBoot : .asWanted
      status.exitCode = status.outcome?.exitCode
      status.summary = "generation \(generation) is applied"
    } else {
      status.state = queue.isRunning(name) ? .running : .waiting
      let stalled = entry?.conditions.first { $0.type == "Stalled" && $0.isTrue }
      let ready = entry?.conditions.first { $0.type == "Ready" }
      status.summary = stalled?.message ?? ready?.message ?? "generation \(generation) is not applied as a whole"
    }
    return status
  }

  func status(of report: OperationReport, _ name: String) -> OperationStatus {
    let key = directory[name]?.key.domain
    let id = key.flatMap { uuid in report.generation.map { "\(uuid).\($0)" } } ?? report.id.map(String.init) ?? ""
    var status = OperationStatus(id: id, domain: name, verb: report.verb, state: .done, summary: report.summary)
    status.uuid = report.uuid
    status.generation = report.generation
    status.take(report)
    return status
  }
}

extension OperationStatus {
  mutating func take(_ report: OperationReport) {
    self.report = report
    outcome = report.outcome
    exitCode = report.exitCode
    summary = report.summary
    startedAt = report.startedAt ?? startedAt
    endedAt = report.endedAt
    // What a guest or somebody else has the next word on is not over.
    let isHeld = report.outcome == .conflict && verb == "reconcile" && !report.isGone
    state = report.outcome == .waiting || isHeld ? .waiting : .done
  }
}

extension OperationReport {
  /// libvirt does not have the domain: only `restore` changes that.
  var isGone: Bool { problems.contains { $0.code == "gone" } || refused.contains { $0.code == "gone" } }
}

extension Resident.Open {
  /// A verb that was begun and is not over.
  struct Verb: Sendable {
    let status: OperationStatus
    let task: Task<Void, Never>
  }
}

extension Resident.Open.State {
  /// Keeps the newest verbs that are over: of a domain that is gone nothing else tells.
  mutating func remember(_ status: OperationStatus) {
    ended[status.id] = status
    endedInOrder.append(status.id)
    if endedInOrder.count > 1000 { ended[endedInOrder.removeFirst()] = nil }
  }
}
