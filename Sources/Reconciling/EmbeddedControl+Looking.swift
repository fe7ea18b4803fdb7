package import Control
import DomainXML
import Intent
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
      let (knowledge, document) = try await read(name, looking, isOneOfMany: all)
      if var report = report(knowledge) {
        report.labels = document?.labels ?? [:]
        report.role = document?.role?.rawValue
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
  ) async throws(Problem) -> (Knowledge, IntentDocument?) {
    do throws(Problem) {
      let (knowledge, document) = try await looking.reader.read(name, making: EmbeddedControl.document)
      return (knowledge, document ?? nil)
    } catch {
      guard isOneOfMany, error.code == "store" else { throw error }
      let reader = KnowledgeReader(connecting: looking.connecting, store: nil, host: looking.host)
      return (try await reader.read(name), nil)
    }
  }

  /// The document that is kept of a domain. One that does not parse any more has no labels to show; a plan says why.
  @Sendable private static func document(_ file: DomainFile) -> IntentDocument? {
    guard let intent = file.intent,
      let documents = try? IntentParser.parse([.init(name: intent.source, bytes: Array(intent.text))])
    else { return nil }
    return documents.first { $0.name.text == file.row.name } ?? documents.first
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
    report.isSuspended = file?.row.isSuspended ?? false
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

  /// Worked out anew on each look: what can be seen now, and what only a pass finds as the last one found it.
  private func conditions(_ knowledge: Knowledge, _ report: DomainReport) -> [DomainCondition] {
    guard report.isManaged else { return [] }
    let sight = ConditionSight(knowledge, pending: report.pending, at: time.now())
    let finding = knowledge.file.map { ConditionFinding(of: $0) } ?? ConditionFinding()
    return ConditionMaker(sight: sight, finding: finding, file: knowledge.file).conditions
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
