import Control
import DomainXML
import Planning
import Store
import Vocabulary

/// What of a domain's conditions can be seen at any time, without a pass: libvirt's word, and the store's rows.
struct ConditionSight: Sendable {
  typealias Reason = DomainCondition.Reason

  /// What the guest was asked for and has not done.
  struct Wait: Sendable, Hashable {
    let name: String
    let since: Timestamp
    let isOverdue: Bool
    let isWantedAgain: Bool

    init(_ row: UnplugRow, at now: Timestamp?) {
      name = row.target.document.name
      since = row.since
      isOverdue = now.map { row.isOverdue(at: $0) } ?? (row.state == .overdue)
      isWantedAgain = row.attempts == 0
    }
  }

  var gone: Reason?
  /// Of the newest document; `nil`: none is kept.
  var generation: Generation?
  var receivedAt: Timestamp?
  var observedGeneration: Generation?
  var isSuspended = false
  var lostDocument: Reason?
  var damagedRows: Reason?
  var waits: [Wait] = []
  /// What waits for the next boot; `nil`: what the last pass found.
  var pending: [Reason]?
  var phantoms: [PhantomRow] = []
  var failedStarts = 0
  /// What nobody has accepted of the guest's hardware (I3).
  var hardware: Reason?
  /// Whether there is anything that the hardware could be held against.
  var isRecorded = true

  /// What the store alone says.
  init(_ file: DomainFile) {
    generation = file.intent?.generation
    receivedAt = file.intent?.receivedAt
    observedGeneration = file.row.observedGeneration
    isSuspended = file.row.isSuspended
    waits = file.unplugs.map { Wait($0, at: nil) }
    phantoms = file.phantoms
    failedStarts = file.row.power.failedStarts
    isRecorded = file.hasRecord
    hardware = HardwareWatch.kept(file).map { Reason("HardwareChanged", $0.message) }
    gone = ConditionSight.departure(file.row)
    if let kept = file.conditions.first(where: { $0.type == ConditionType.gone.rawValue }), kept.isTrue {
      gone = gone ?? kept.reasons.first.map { Reason($0.reason, $0.message) }
    }
    damages(file)
  }

  /// What libvirt and the store say now; `pending` is what waits for the next boot.
  init(_ knowledge: Knowledge, pending: [PendingDocument], at now: Timestamp) {
    if let file = knowledge.file { self.init(file) } else { self.init() }
    gone = nil
    if case .gone(let sentence) = knowledge.presence {
      let departure = knowledge.isHalfDeleted ? nil : knowledge.file.flatMap { ConditionSight.departure($0.row) }
      gone = departure ?? Reason(Departure.undefined.rawValue, sentence)
    }
    waits = knowledge.unplugs.map { Wait($0, at: now) }
    phantoms = knowledge.phantoms
    self.pending = ConditionSight.reasons(pending)
  }

  private init() {}

  private mutating func damages(_ file: DomainFile) {
    if let damage = file.intentDamage {
      let problem = Problem(lostIntent: damage, domain: file.row.name)
      lostDocument = Reason("DocumentDamaged", problem.message + "; " + (problem.remedy ?? ""))
    }
    if let damage = file.damage.first { damagedRows = Reason("RowsDamaged", damage.message + "; " + damage.wayOut) }
  }

  private static func departure(_ row: DomainRow) -> Reason? {
    row.departure.map { Reason($0.rawValue, $0.words) }
  }

  static func reasons(_ pending: [PendingDocument]) -> [Reason] {
    func reason(_ word: String, _ names: [String]) -> Reason? {
      guard !names.isEmpty else { return nil }
      return Reason(word, ConditionFinding.listed(names) + " at the next cold boot")
    }
    return [
      reason("DeviceChanges", pending.filter { $0.device != nil }.map(\.name)),
      reason("SettingChanges", pending.filter { $0.device == nil }.map(\.name)),
    ].compactMap { $0 }
  }

  /// A document that no pass has looked at yet.
  var isUnevaluated: Bool {
    guard let generation else { return false }
    return observedGeneration.map { $0 < generation } ?? true
  }
}
