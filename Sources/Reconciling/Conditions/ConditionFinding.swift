import Control
import Planning
import Store
import Vocabulary

/// What of a domain's conditions only a pass knows: what it could not do and what it found changed. Between passes it
/// is what the last one found.
struct ConditionFinding: Sendable {
  typealias Reason = DomainCondition.Reason

  /// Whether all that the document wants was verified to hold.
  var isApplied = false
  var notReady: [Reason] = []
  /// Why nothing goes on although something is left to do.
  var held: [Reason] = []
  /// What goes on by itself.
  var working: [Reason] = []
  var stalled: [Reason] = []
  var drift: [Reason] = []
  var guestShutdown: Reason?

  /// What a look sees by itself and words the same way: taken from there and not from here.
  private static let seen: [ConditionType: Set<String>] = [
    .ready: ["Gone", "Pending", "WaitingForGuest", "HardwareChanged", "NotApplied", "DocumentDamaged", "NoDocument"],
    .reconciling: ["Suspended", "Gone", "HardwareChanged", "Pending", "WaitingForGuest", "Settled", "Stalled"],
    .stalled: ["PhantomDevice", "StartFailed", "GuestOverdue", "HardwareChanged", "DocumentDamaged"],
  ]

  // MARK: Of a pass

  /// What a pass ended with: a plan that was made after everything that it did, and what it could not do.
  init(_ plan: Plan, problems: [Problem]) {
    let open = plan.waiting.filter { !$0.wantedAgain }
    isApplied = plan.steps.isEmpty && plan.refused.isEmpty && open.isEmpty && problems.isEmpty
    take(problems)
    take(plan.refused)
    if problems.isEmpty { take(plan.steps) }
    for (author, entries) in Dictionary(grouping: plan.drift, by: \.by).sorted(by: { $0.key < $1.key }) {
      drift.append(
        Reason(
          ConditionFinding.camelCase(author) + "Change",
          ConditionFinding.listed(entries.map(ConditionFinding.words)) + ": changed by "
            + (author == "guest" ? "the guest" : author == "libvirt" ? "libvirt" : "somebody else")))
    }
    guestShutdown = plan.guestShutdown.map { Reason("GuestShutdown", $0) }
  }

  /// A pass that was cut short: what it did not come to is as the one before found it.
  init(_ problem: Problem, before rows: [ConditionRow], isEvaluated: Bool) {
    self.init(rows: rows, isApplied: false)
    held = []
    // Another's job, or a domain that is suspended, says nothing of what was found before.
    guard isEvaluated else { return }
    notReady = []
    working = []
    stalled = []
    isApplied = false
    take([problem])
  }

  private mutating func take(_ problems: [Problem]) {
    let isHeld = problems.filter { $0.code == "job-in-progress" }
    let others = problems.filter { $0.code != "job-in-progress" && $0.code != "abi-changed" && $0.code != "suspended" }
    if !isHeld.isEmpty {
      let reason = Reason("JobInProgress", ConditionFinding.listed(isHeld.map(\.message)))
      held.append(reason)
      notReady.append(reason)
    }
    for (code, same) in ConditionFinding.grouped(others, by: \.code) {
      stalled.append(Reason(ConditionFinding.camelCase(code.rawValue), ConditionFinding.listed(same.map(\.message))))
    }
    if !others.isEmpty { notReady.append(Reason("Failed", ConditionFinding.listed(others.map(\.message)))) }
  }

  private mutating func take(_ refusals: [Refusal]) {
    let others = refusals.filter { $0.code != "gone" }
    for (code, same) in ConditionFinding.grouped(others, by: \.code) {
      let word = ConditionFinding.camelCase(code.rawValue)
      if stalled.contains(where: { $0.reason == word }) { continue }
      stalled.append(Reason(word, ConditionFinding.listed(same.map(\.reason))))
    }
    if !others.isEmpty { notReady.append(Reason("Refused", ConditionFinding.listed(others.map(\.reason)))) }
  }

  private mutating func take(_ steps: [Step]) {
    guard !steps.isEmpty else { return }
    let reason =
      steps.contains { $0.action == .shutdown }
      ? Reason("WaitingForShutdown", "the guest is asked to shut down")
      : Reason(
        "StepsLeft",
        ConditionFinding.listed(steps.map { "\($0.action.rawValue) \(TargetDocument($0.target).name)" }))
    working.append(reason)
    notReady.append(reason)
  }

  // MARK: Between passes

  /// What the last pass found, as it was kept.
  init(of file: DomainFile) {
    let ready = file.conditions.first { $0.type == ConditionType.ready.rawValue }
    let isApplied = file.intent.map { $0.generation == file.row.appliedGeneration } ?? false
    self.init(rows: file.conditions, isApplied: ready.map(\.isTrue) ?? isApplied)
  }

  /// Nothing is known.
  init() {}

  private init(rows: [ConditionRow], isApplied: Bool) {
    self.isApplied = isApplied
    func kept(_ type: ConditionType, _ status: ConditionRow.Status) -> [Reason] {
      let seen = ConditionFinding.seen[type] ?? []
      return rows.first { $0.type == type.rawValue && $0.status == status }?.reasons
        .filter { !seen.contains($0.reason) }.map { Reason($0.reason, $0.message) } ?? []
    }
    notReady = kept(.ready, .no)
    held = kept(.reconciling, .no)
    working = kept(.reconciling, .yes)
    stalled = kept(.stalled, .yes)
    drift = kept(.driftDetected, .yes)
    guestShutdown = kept(.guestShutdown, .yes).first
  }

  // MARK: Words

  /// `job-in-progress` → `JobInProgress`
  static func camelCase(_ code: String) -> String {
    code.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// The first few of a list, each once.
  static func listed(_ words: [String]) -> String {
    var seen: Set<String> = []
    let words = words.filter { seen.insert($0).inserted }
    let shown = words.prefix(4).joined(separator: "; ")
    return words.count > 4 ? "\(shown); and \(words.count - 4) more" : shown
  }

  private static func words(_ drift: Drift) -> String {
    let place = [drift.device?.text, drift.path].compactMap { $0 }.joined(separator: " ")
    return "\(place) (\(drift.side.rawValue)) was \(drift.was ?? "not there"), is \(drift.found ?? "not there")"
  }

  /// In the order in which each key is met first.
  private static func grouped<Value, Key: Hashable>(_ values: [Value], by key: (Value) -> Key) -> [(Key, [Value])] {
    var groups: [(Key, [Value])] = []
    for value in values {
      if let index = groups.firstIndex(where: { $0.0 == key(value) }) {
        groups[index].1.append(value)
      } else {
        groups.append((key(value), [value]))
      }
    }
    return groups
  }
}
