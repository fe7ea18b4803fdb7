import Digests
import DomainXML
import Faults
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// Puts together what a plan depends on, and has it made. The one way for `plan` and for `reconcile`, so that the
/// second does what the first showed.
struct PlanMaker {
  let time: Timekeeper

  /// The generation that a document has or would get.
  ///
  /// After the store was lost the domain's metadata still says which generation was applied, but not what it
  /// contained: a document that would change nothing is that generation; any other is the next one (R16).
  func plan(
    _ wanted: IntentDocument, _ knowledge: Knowledge, _ facts: HostFacts, options: PlanningInput.Options
  ) -> Plan {
    if let plan = foreign(wanted, knowledge) { return plan }
    let known = knowledge.file?.intent
    if let known, known.canonicalDigest == wanted.canonicalDigest {
      return Planner.plan(input(wanted, knowledge, facts, known.generation, options))
    }
    let applied = knowledge.managed.generation
    if known == nil, let applied {
      let plan = Planner.plan(input(wanted, knowledge, facts, applied, options))
      if plan.isEmpty { return plan }
    }
    let next = max(known?.generation ?? Generation(0), applied ?? Generation(0)).next
    return Planner.plan(input(wanted, knowledge, facts, next, options))
  }

  /// A plan of an accepted generation.
  func plan(
    _ wanted: IntentDocument, _ knowledge: Knowledge, _ facts: HostFacts, generation: Generation,
    options: PlanningInput.Options
  ) -> Plan {
    Planner.plan(input(wanted, knowledge, facts, generation, options))
  }

  /// A domain that was there before vmctl is nobody's to change: a document of its name must not take it over.
  private func foreign(_ wanted: IntentDocument, _ knowledge: Knowledge) -> Plan? {
    guard knowledge.isForeign, let uuid = knowledge.uuid else { return nil }
    var plan = Plan(name: wanted.name.text, uuid: uuid, generation: Generation(0))
    plan.refused.append(
      Refusal(
        "name-reuse", target: .domain, path: "metadata.name", wanted: wanted.name.text, found: uuid.description,
        reason: "there is a domain '\(wanted.name)' already, and vmctl has nothing to do with it",
        wouldTake: "choose another name"))
    return plan
  }

  /// What a new domain's UUID is: the document's, or one that follows from host, name and how many domains of the
  /// name there were, so that `plan` shows what `reconcile` does.
  static func uuid(for wanted: IntentDocument, host: HostUUID?, incarnation: Int) -> DomainUUID {
    wanted.uuid ?? DomainUUID(derivedFrom: Digest(of: "\(host?.description ?? "") \(wanted.name) \(incarnation)"))
  }

  private func input(
    _ wanted: IntentDocument, _ knowledge: Knowledge, _ facts: HostFacts, _ generation: Generation,
    _ options: PlanningInput.Options
  ) -> PlanningInput {
    let observed = knowledge.observed
    var absence = PlanningInput.Absence.unknown
    if case .gone(let reason) = knowledge.presence, !PlantedBug.is(.definesAgain) { absence = .gone(reason: reason) }
    let file = knowledge.file
    var input = PlanningInput(
      wanted: wanted, generation: generation,
      uuid: knowledge.uuid ?? PlanMaker.uuid(for: wanted, host: facts.hostUUID, incarnation: knowledge.incarnation),
      appliedUUID: knowledge.appliedUUID, live: observed?.live, persistent: observed?.persistent,
      state: observed?.observation.state ?? .shutOff, stopReason: observed?.observation.stopReason,
      hasManagedSave: observed?.observation.hasManagedSave ?? false, absence: absence,
      startedByUs: file?.row.power.startedByUs ?? false, stoppedByUs: file?.row.power.stoppedByUs ?? false,
      managed: knowledge.managed, heldSlots: heldSlots(file), pendingUnplugs: pendingUnplugs(knowledge),
      pendingRequests: pendingRequests(knowledge),
      isFreshlyAdopted: knowledge.adopting != nil || isFreshlyAdopted(file),
      host: facts,
      options: options)
    for phantom in knowledge.phantoms { input.phantoms[phantom.device] = .some(phantom.slot) }
    return input
  }

  private func isFreshlyAdopted(_ file: DomainFile?) -> Bool {
    file?.row.origin == .adopted && file?.intent?.source == Adopter.source
  }

  private func heldSlots(_ file: DomainFile?) -> [DeviceID: Slot] {
    var slots: [DeviceID: Slot] = [:]
    for row in file?.phantoms ?? [] { if let slot = row.slot { slots[row.device] = slot } }
    for row in file?.ledger ?? [] { if let slot = row.slot { slots[row.device] = slot } }
    return slots
  }

  /// What else the guest was asked for; what is due again is asked for again.
  private func pendingRequests(_ knowledge: Knowledge) -> [PlanningInput.PendingRequest] {
    let now = time.now()
    return knowledge.unplugs.compactMap { row in
      guard let target = row.target.planned else { return nil }
      if case .device = target { return nil }
      if row.isDue(at: now) { return nil }
      return PlanningInput.PendingRequest(
        target: target, since: row.since.milliseconds, isOverdue: row.isOverdue(at: now))
    }
  }

  /// Unplugs that the guest has been asked for. One whose device has left the running domain is over, however that
  /// came about. Past its deadline the guest is not asked again (`otherwise`, design section 8).
  private func pendingUnplugs(_ knowledge: Knowledge) -> [PlanningInput.PendingUnplug] {
    let now = time.now()
    return knowledge.unplugs.compactMap { row in
      guard case .device(let id) = row.target.planned, knowledge.observed?.live?.device(alias: row.alias) != nil
      else { return nil }
      let isOverdue = row.isOverdue(at: now)
      return PlanningInput.PendingUnplug(
        id: id, slot: row.slot, since: row.since.milliseconds, isOverdue: isOverdue,
        isDue: !isOverdue && row.isDue(at: now), otherwise: row.otherwise == .nextBoot ? .nextBoot : .keep)
    }
  }
}
