package import Control
package import Store
import Vocabulary

/// Works out a domain's conditions from what can be seen now and what the last pass found. Pure: the same input gives
/// the same conditions, so each clears by itself when its cause is gone.
package struct ConditionMaker: Sendable {
  typealias Reason = DomainCondition.Reason

  let sight: ConditionSight
  let finding: ConditionFinding
  /// What is kept, for the time since when something is so; `nil` for a domain that the store does not know.
  let file: DomainFile?

  /// A domain's conditions as far as the store alone knows them: what the last pass found, and that a newer document
  /// waits for its first pass.
  package static func conditions(of file: DomainFile) -> [DomainCondition] {
    ConditionMaker(sight: ConditionSight(file), finding: ConditionFinding(of: file), file: file).conditions
  }

  /// In the order of `ConditionType`, each with its time where it is known.
  package var conditions: [DomainCondition] { ConditionType.allCases.compactMap { condition($0).map(dated) } }

  /// What is so from the moment that a document was accepted until its first pass.
  static func pending(_ generation: Generation, observed: Generation?, isSuspended: Bool) -> [DomainCondition] {
    func condition(_ type: ConditionType, _ status: DomainCondition.Status, _ reason: Reason) -> DomainCondition {
      DomainCondition(type.rawValue, status, [reason], observedGeneration: observed?.number)
    }
    let ready = condition(.ready, .no, unevaluated(generation))
    return isSuspended ? [ready] : [ready, condition(.reconciling, .yes, soonEvaluated)]
  }

  private static func unevaluated(_ generation: Generation) -> Reason {
    Reason("Pending", "generation \(generation) has not been looked at yet")
  }

  private static let soonEvaluated = Reason("Pending", "a newer document is about to be looked at")

  // MARK: Each condition

  private func condition(_ type: ConditionType) -> DomainCondition? {
    switch type {
    case .ready: ready
    case .reconciling: reconciling
    case .stalled: said(type, stalled)
    case .restartRequired: said(type, sight.pending ?? kept(type))
    case .unplugPending: said(type, unplugs)
    case .driftDetected: said(type, sight.gone == nil ? finding.drift : [])
    case .abiStable: abiStable
    case .gone: said(type, sight.gone.map { [$0] } ?? [])
    case .guestShutdown: sight.gone == nil ? said(type, finding.guestShutdown.map { [$0] } ?? []) : nil
    case .storeDamaged: said(type, [sight.lostDocument, sight.damagedRows].compactMap { $0 })
    }
  }

  /// True with these reasons, or at rest.
  private func said(_ type: ConditionType, _ reasons: [Reason]) -> DomainCondition? {
    reasons.isEmpty ? DomainCondition(atRest: type) : DomainCondition(type.rawValue, .yes, reasons)
  }

  private var ready: DomainCondition {
    func ready(_ status: DomainCondition.Status, _ reasons: [Reason]) -> DomainCondition {
      DomainCondition(ConditionType.ready.rawValue, status, reasons)
    }
    if let gone = sight.gone { return ready(.no, [Reason("Gone", gone.message)]) }
    if let lost = sight.lostDocument { return ready(.unknown, [lost]) }
    guard let generation = sight.generation else {
      return ready(.unknown, [Reason("NoDocument", "no document is kept of it")])
    }
    var reasons: [Reason] = []
    if sight.isUnevaluated {
      reasons.append(ConditionMaker.unevaluated(generation))
    } else {
      reasons += finding.notReady
    }
    if let waiting { reasons.append(waiting) }
    if let hardware = sight.hardware { reasons.append(hardware) }
    if !reasons.isEmpty { return ready(.no, reasons) }
    guard finding.isApplied else {
      return ready(.no, [Reason("NotApplied", "generation \(generation) is not applied as a whole")])
    }
    return ready(.yes, [Reason("Applied", "generation \(generation) is applied")])
  }

  private var reconciling: DomainCondition {
    let type = ConditionType.reconciling.rawValue
    var held: [Reason] = []
    if sight.isSuspended { held.append(Reason("Suspended", "vmctl leaves it alone until it is resumed")) }
    if sight.gone != nil { held.append(Reason("Gone", "libvirt does not have it: nothing is done to it")) }
    if let hardware = sight.hardware { held.append(hardware) }
    held += finding.held
    if !held.isEmpty { return DomainCondition(type, .no, held) }
    var working: [Reason] = []
    if sight.isUnevaluated { working.append(ConditionMaker.soonEvaluated) }
    if let waiting, sight.waits.contains(where: { !$0.isWantedAgain && !$0.isOverdue }) { working.append(waiting) }
    working += finding.working
    if !working.isEmpty { return DomainCondition(type, .yes, working) }
    if !stalled.isEmpty {
      return DomainCondition(type, .no, [Reason("Stalled", "something is in the way: see Stalled")])
    }
    return DomainCondition(type, .no, [Reason("Settled", "nothing is left to do")])
  }

  private var stalled: [Reason] {
    guard sight.gone == nil else { return [] }
    var reasons: [Reason] = []
    if let lost = sight.lostDocument { reasons.append(lost) }
    if let hardware = sight.hardware { reasons.append(hardware) }
    if !sight.phantoms.isEmpty {
      let names = ConditionFinding.listed(sight.phantoms.map { "'\($0.device)'" })
      reasons.append(
        Reason("PhantomDevice", "\(names): in the hypervisor process and unknown to libvirt; `vmctl restart` ends it"))
    }
    if sight.failedStarts > 0 {
      reasons.append(Reason("StartFailed", "it did not start, \(sight.failedStarts) times in a row"))
    }
    let overdue = sight.waits.filter { $0.isOverdue && !$0.isWantedAgain }
    if !overdue.isEmpty {
      reasons.append(
        Reason("GuestOverdue", ConditionFinding.listed(overdue.map { "'\($0.name)'" }) + ": the guest has not let go"))
    }
    // A newer document has not met what the older one met.
    if !sight.isUnevaluated {
      reasons += finding.stalled.filter { found in !reasons.contains { $0.reason == found.reason } }
    }
    return reasons
  }

  private var waiting: Reason? {
    let names = sight.waits.filter { !$0.isWantedAgain }.map { "'\($0.name)'" }
    return names.isEmpty
      ? nil
      : Reason("WaitingForGuest", ConditionFinding.listed(names) + ": the guest has been asked and has not let go")
  }

  private var unplugs: [Reason] {
    func reason(_ word: String, _ waits: [ConditionSight.Wait], _ words: String) -> Reason? {
      waits.isEmpty ? nil : Reason(word, ConditionFinding.listed(waits.map { "'\($0.name)'" }) + words)
    }
    let open = sight.waits.filter { !$0.isWantedAgain }
    return [
      reason("GuestHasNotLetGo", open.filter { !$0.isOverdue }, ": waits for the guest"),
      reason("Overdue", open.filter(\.isOverdue), ": the guest has not let go in time"),
      reason(
        "ArmedRelease", sight.waits.filter(\.isWantedAgain),
        ": wanted again; the guest drops it at its next reset, and it is attached at its slot then"),
    ].compactMap { $0 }
  }

  private var abiStable: DomainCondition? {
    let type = ConditionType.abiStable.rawValue
    if let hardware = sight.hardware { return DomainCondition(type, .no, [hardware]) }
    if !sight.isRecorded {
      return DomainCondition(type, .unknown, [Reason("NotRecorded", "nothing is recorded of it yet")])
    }
    return DomainCondition(atRest: .abiStable)
  }

  // MARK: Since when

  private func kept(_ type: ConditionType) -> [Reason] {
    row(type).flatMap { $0.isTrue ? $0.reasons.map { Reason($0.reason, $0.message) } : nil } ?? []
  }

  private func row(_ type: ConditionType) -> ConditionRow? { file?.conditions.first { $0.type == type.rawValue } }

  private func dated(_ condition: DomainCondition) -> DomainCondition {
    var condition = condition
    condition.since = since(condition)
    condition.observedGeneration = sight.observedGeneration?.number
    return condition
  }

  /// `nil`: it is so as of now, or nobody knows since when.
  private func since(_ condition: DomainCondition) -> Int64? {
    guard let file, let type = ConditionType(rawValue: condition.type) else { return nil }
    let words = condition.words
    if words.contains("Pending") { return sight.receivedAt?.milliseconds }
    if let row = row(type) {
      let isSame = row.status == ConditionRow.Status(condition.status) && Set(row.reasons.map(\.reason)) == words
      // In between it waited for its document's first pass.
      let isLater = type.isAlwaysKept && row.observedGeneration != sight.observedGeneration
      if isSame, !isLater { return row.since.milliseconds }
    } else if words == DomainCondition(atRest: type)?.words {
      return file.row.createdAt.milliseconds
    }
    return type == .unplugPending ? sight.waits.map(\.since.milliseconds).min() : nil
  }

  /// What is kept of them: what is not at rest, and what has not always been. An unchanged condition is an equal row,
  /// which is not written (I9).
  func rows(at now: Timestamp) -> [ConditionRow] {
    conditions.compactMap { condition in
      guard let type = ConditionType(rawValue: condition.type), type != .storeDamaged else { return nil }
      let isAtRest = condition.words == DomainCondition(atRest: type)?.words
      guard type.isAlwaysKept || !isAtRest || row(type) != nil else { return nil }
      return ConditionRow(
        type: condition.type, status: ConditionRow.Status(condition.status),
        reasons: condition.reasons.map { ConditionRow.Reason($0.reason, $0.message) },
        since: condition.since.map { Timestamp(milliseconds: $0) } ?? now, observedGeneration: sight.observedGeneration)
    }
  }
}

extension ConditionRow.Status {
  init(_ status: DomainCondition.Status) {
    self =
      switch status {
      case .yes: .yes
      case .no: .no
      case .unknown: .unknown
      }
  }
}
