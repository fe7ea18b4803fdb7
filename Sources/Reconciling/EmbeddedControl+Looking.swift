package import Control
import DomainXML
import Libvirt
import Planning
import Store
package import Vocabulary

extension EmbeddedControl {
  package func domains(_ names: [String]) async throws(Problem) -> [DomainReport] {
    let looking = try await workplace.look()
    var names = names
    let all = names.isEmpty
    if all { names = try await everyDomain(looking) }
    var reports: [DomainReport] = []
    for name in names {
      let knowledge = try await read(name, looking, isOneOfMany: all)
      if let report = report(knowledge) {
        reports.append(report)
      } else if !all {
        throw Problem(
          "no-such-domain", "there is no domain '\(name)'", domain: name, remedy: "`vmctl get` lists the domains")
      }
    }
    return reports
  }

  /// In a list of all domains a store that cannot be read hides none of them: libvirt's word is shown then.
  private func read(
    _ name: String, _ looking: Looking, isOneOfMany: Bool
  ) async throws(Problem) -> Knowledge {
    do throws(Problem) {
      return try await looking.reader.read(name)
    } catch {
      guard isOneOfMany, error.code == "store" else { throw error }
      return try await KnowledgeReader(connecting: looking.connecting, store: nil, host: looking.host).read(name)
    }
  }

  private func everyDomain(_ looking: Looking) async throws(Problem) -> [String] {
    let hypervisor = try await looking.connecting.hypervisor()
    var names = try await asking("listing domains") { () throws(LibvirtError) in try await hypervisor.domains() }
      .map { $0.uuid.description }
    guard let store = looking.store else { return names }
    let host = try await looking.host.description().uuid
    let known = try await stored { () throws(StoreError) in try await store.keys(host: host) }
    let present = Set(names)
    names += known.map(\.domain.description).filter { !present.contains($0) }
    return names
  }

  private func report(_ knowledge: Knowledge) -> DomainReport? {
    guard let uuid = knowledge.uuid, knowledge.observed != nil || knowledge.file != nil else { return nil }
    let file = knowledge.file
    let observed = knowledge.observed
    let state = knowledge.managed
    var words = observed?.observation.state.rawValue ?? "gone"
    if observed == nil, case .unknown = knowledge.presence { words = "not created" }
    var report = DomainReport(
      name: knowledge.name, uuid: uuid, state: words,
      isManaged: file?.intent != nil || file?.intentDamage != nil || observed?.managed != nil,
      isPersistent: observed?.observation.isPersistent ?? false, machine: observed?.leading?.machine,
      generation: file?.intent?.generation.number ?? state.generation?.number,
      observedGeneration: file?.row.observedGeneration?.number,
      isProtected: state.isProtected)
    if let observed { report.devices = DeviceTable(observed, state).rows }
    report.waiting = knowledge.unplugs.map { row in
      WaitingDocument(
        device: row.target.document.device, setting: row.target.document.setting, slot: row.slot,
        since: row.since.milliseconds, isOverdue: row.isOverdue(at: time.now()),
        endedBy: row.target.planned.map(WaitingDocument.end) ?? "",
        isWantedAgain: row.attempts == 0)
    }
    report.pending = NextBoot.changes(observed, state, domain: knowledge.name)
    report.conditions = conditions(knowledge, report)
    return report
  }

  /// Worked out anew on each look; several side by side.
  private func conditions(_ knowledge: Knowledge, _ report: DomainReport) -> [DomainReport.Condition] {
    var conditions: [DomainReport.Condition] = []
    func add(_ type: String, _ status: Bool, _ reason: String, _ message: String) {
      conditions.append(.init(type: type, status: status, reason: reason, message: message))
    }
    if let damage = knowledge.file?.intentDamage {
      let problem = Problem(lostIntent: damage, domain: knowledge.name)
      add("StoreDamaged", true, "DocumentDamaged", problem.message + "; " + (problem.remedy ?? ""))
    } else if let damage = knowledge.file?.damage.first {
      add("StoreDamaged", true, "RowsDamaged", damage.message + "; " + damage.wayOut)
    }
    if case .gone(let reason) = knowledge.presence { add("Gone", true, "Undefined", reason) }
    if !report.pending.isEmpty {
      add(
        "RestartRequired", true, "PendingChanges",
        "\(report.pending.count) change\(report.pending.count == 1 ? "" : "s") at the next cold boot")
    }
    if let first = report.waiting.first(where: { !$0.isWantedAgain }) {
      add("UnplugPending", true, "GuestHasNotLetGo", "'\(first.name)' waits for the guest")
    } else if let first = report.waiting.first {
      add(
        "UnplugPending", true, "ArmedRelease",
        "'\(first.name)' is wanted again: the guest drops it at its next reset, and it is attached at its slot then")
    }
    if let phantom = knowledge.phantoms.first {
      add(
        "Stalled", true, "PhantomDevice",
        "'\(phantom.device)' is in the hypervisor process and unknown to libvirt: vmctl restart \(knowledge.name)")
    }
    if let power = knowledge.file?.row.power, power.failedStarts > 0 {
      add("StartFailed", true, "StartFailed", "it did not start, \(power.failedStarts) times in a row")
    }
    if let kept = HardwareWatch.kept(knowledge.file) { add(kept.type, kept.status, kept.reason, kept.message) }
    let generation = knowledge.file?.intent?.generation
    if let generation, knowledge.observed != nil {
      let ready = knowledge.file?.row.appliedGeneration == generation
      add(
        "Ready", ready, ready ? "Applied" : "NotApplied",
        ready ? "generation \(generation) is applied" : "generation \(generation) is not applied as a whole")
    }
    return conditions
  }

  package func xml(_ request: XMLRequest) async throws(Problem) -> XMLText {
    let looking = try await workplace.look()
    let knowledge = try await looking.reader.read(request.domain)
    if let revision = request.revision { return try await recorded(request, revision, knowledge, looking) }
    guard let observed = knowledge.observed else {
      throw Problem(
        "no-such-domain", "libvirt has no domain '\(request.domain)'", domain: request.domain,
        remedy: "`vmctl show --recorded` shows what was recorded")
    }
    let side = request.side ?? (observed.live == nil ? .persistent : .live)
    guard let text = observed.observation.xml(side) else {
      throw Problem(
        "no-such-side", "the domain has no \(side.rawValue) side", domain: request.domain,
        found: side == .live ? "it does not run" : "it is transient")
    }
    return text
  }

  package func document(of domain: String, generation: Int64?) async throws(Problem) -> IntentSource {
    let looking = try await workplace.look()
    let knowledge = try await looking.reader.read(domain)
    if let store = looking.store, let key = knowledge.file?.row.key {
      if generation == nil, let damage = knowledge.file?.intentDamage {
        throw Problem(lostIntent: damage, domain: knowledge.name)
      }
      let found = try await stored { () throws(StoreError) in
        guard let generation else { return try await store.intent(of: key) }
        return try await store.intent(Generation(generation), of: key)
      }
      if let found { return IntentSource(name: found.source, bytes: Array(found.text)) }
    }
    throw Problem(
      "no-such-revision", "vmctl has no document" + (generation.map { " of generation \($0)" } ?? "") + " for it",
      domain: domain, remedy: "`vmctl history \(domain)` shows the generations")
  }

  private func recorded(
    _ request: XMLRequest, _ revision: Int64, _ knowledge: Knowledge, _ looking: Looking
  ) async throws(Problem) -> XMLText {
    let side = request.side ?? .persistent
    if let store = looking.store, let key = knowledge.file?.row.key {
      let found = try await stored { () throws(StoreError) in
        revision == 0
          ? try await store.recorded(side, of: key)
          : try await store.recorded(side, of: key, revision: revision)
      }
      if let found { return found.xml }
    }
    throw Problem(
      "no-such-revision", "nothing is recorded of that", domain: request.domain,
      wanted: "\(side.rawValue) side, revision \(revision == 0 ? "newest" : String(revision))")
  }

  package func history(of domain: String, limit: Int) async throws(Problem) -> [OperationReport] {
    let looking = try await workplace.look()
    let knowledge = try await looking.reader.read(domain)
    guard let store = looking.store, let key = knowledge.file?.row.key else {
      if knowledge.observed != nil { return [] }
      throw Problem(
        "no-such-domain", "there is no domain '\(domain)'", domain: domain, remedy: "`vmctl get` lists the domains")
    }
    let operations = try await stored { () throws(StoreError) in
      try await store.operations(of: key, limit: limit)
    }
    var reports: [OperationReport] = []
    for row in operations {
      let steps = try await stored { () throws(StoreError) in try await store.steps(of: row.id) }
      let outcome = row.end.flatMap { Outcome(rawValue: $0.outcome) } ?? .error
      var report = OperationReport(
        id: row.id.number, domain: knowledge.name, uuid: key.domain, verb: row.verb,
        generation: row.generation?.number, outcome: outcome,
        summary: row.end?.summary ?? "not ended: it runs now, or vmctl was stopped in it")
      report.startedAt = row.startedAt.milliseconds
      report.endedAt = row.end?.at.milliseconds
      report.steps = steps.map { OperationReport.Step($0) }
      reports.append(report)
    }
    return reports
  }
}
