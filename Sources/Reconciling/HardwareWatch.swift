import Control
import Digests
import DomainXML
import GuestABI
import Libvirt
import Planning
import Store
import Vocabulary

/// Holds what libvirt shows of a domain against what it showed last: the guest's hardware changes by what a plan names
/// and by nothing else (I3).
struct HardwareWatch {
  let store: RecordStore?

  /// What came of a look.
  struct Answer {
    /// Of kept devices, the machine, the CPU and the firmware: nobody may change these under a guest.
    var changes: [Side: [ABIFinding]] = [:]
    /// What libvirt itself began to print, for people.
    var notes: [String] = []
    /// Whether all that is otherwise is libvirt's doing.
    var isLibvirts = false

    var isStable: Bool { changes.values.allSatisfy(\.isEmpty) }
  }

  /// The condition that says so until it is accepted.
  static let condition = ConditionType.abiStable.rawValue

  // MARK: Between operations

  /// An unchanged side costs a digest.
  /// - Parameters:
  ///   - knowledge: what is known of the domain.
  ///   - libvirt: the version that answers now; asked for where something is otherwise.
  /// - Returns: what is otherwise and is nobody's doing but libvirt's.
  /// - Throws: `abi-changed` where the guest's hardware is not as it was, or was not and nobody accepted it.
  func check(
    _ knowledge: Knowledge, libvirt: () async throws(Problem) -> Version
  ) async throws(Problem) -> Answer {
    if let kept = HardwareWatch.kept(knowledge.file) { throw HardwareWatch.problem(kept.message, knowledge.name) }
    let answer = try await look(knowledge, libvirt: libvirt)
    guard answer.isStable else { throw HardwareWatch.problem(answer.changes, knowledge.name) }
    return answer
  }

  private func look(
    _ knowledge: Knowledge, libvirt: () async throws(Problem) -> Version
  ) async throws(Problem) -> Answer {
    // Another domain of the name is no change of this one (R15).
    guard let store, let file = knowledge.file, let observed = knowledge.observed, knowledge.appliedUUID == nil
    else { return Answer() }
    var answer = Answer()
    var drifted = false
    for side in Side.allCases {
      guard let now = observed.definition(side), let text = observed.observation.xml(side),
        let head = side == .live ? file.heads.live : file.heads.persistent, head.bytesDigest != Digest(of: text.bytes)
      else { continue }
      let key = file.row.key
      let recorded = try await stored { () throws(StoreError) in try await store.recorded(side, of: key) }
      // A record that cannot be read is nothing to hold against: the next pass writes it anew.
      guard let recorded, let before = try? DomainDefinition(recorded.xml) else { continue }
      // Another run has been started from the definition, and is held against nothing.
      if side == .live, before.root["id"] != now.root["id"] { continue }
      let version = try await libvirt()
      let stability = ABIStability(
        before, now, named: HardwareWatch.named(file.openSteps), libvirt: (before: head.libvirtVersion, now: version))
      answer.changes[side] = stability.changes
      drifted = drifted || !stability.drift.isEmpty
      answer.notes += stability.libvirtsDoing.map { "\(side.rawValue): \($0)" }
    }
    answer.isLibvirts = !answer.notes.isEmpty && answer.isStable && !drifted
    return answer
  }

  /// What a vmctl that was stopped may have changed.
  private static func named(_ steps: [StepRow]) -> [NamedDevice] { steps.compactMap { $0.step.map(named) } }

  // MARK: Around a step

  /// What else changed while a step was made.
  static func look(_ before: ObservedDomain?, _ after: ObservedDomain?, _ step: Step) -> [Side: [ABIFinding]] {
    guard let before, let after else { return [:] }
    var changes: [Side: [ABIFinding]] = [:]
    for side in Side.allCases {
      guard let old = before.definition(side), let new = after.definition(side),
        side == .persistent || before.observation.id == after.observation.id
      else { continue }
      let found = ABIStability(old, new, named: [named(step)]).changes
      if !found.isEmpty { changes[side] = found }
    }
    return changes
  }

  private static func named(_ step: Step) -> NamedDevice {
    // What cannot be read of a step's own text is found by its id.
    let device = step.xml.flatMap { try? DomainDocument($0) }.map { Device($0.root) }
    return NamedDevice(alias: device?.alias ?? step.target.deviceID?.alias, slot: step.slot, device: device)
  }

  // MARK: What is said of it

  static func problem(_ changes: [Side: [ABIFinding]], _ name: String) -> Problem {
    let sides = Side.allCases.filter { changes[$0]?.isEmpty == false }
    let words = sides.flatMap { side in
      (changes[side] ?? []).map { finding in
        "\(finding.path) (\(side.rawValue)) was \(finding.source ?? "not there"), is \(finding.target ?? "not there")"
      }
    }
    return problem(
      "the guest's hardware is not as it was, and no step of vmctl's did that: " + words.joined(separator: "; "), name)
  }

  private static func problem(_ message: String, _ name: String) -> Problem {
    Problem(
      "abi-changed", message, domain: name,
      remedy: "undo it and then, or where it is as it should be: vmctl abi accept \(name)")
  }

  /// Keeps it until it is accepted.
  static func keep(_ problem: Problem, of key: DomainKey, _ surroundings: Surroundings) async throws(Problem) {
    let row = ConditionRow(
      type: condition, status: false, reason: "HardwareChanged", message: problem.message,
      since: surroundings.time.now(), observedGeneration: nil)
    try await replace(with: row, of: key, surroundings)
  }

  /// It was accepted: from now on the guest's hardware is as it should be.
  static func forget(_ key: DomainKey, _ surroundings: Surroundings) async throws(Problem) {
    guard let rest = ConditionType.abiStable.rest else { return }
    let row = ConditionRow(
      type: condition, status: true, reason: rest.reason.reason, message: rest.reason.message,
      since: surroundings.time.now(), observedGeneration: nil)
    try await replace(with: row, of: key, surroundings)
  }

  private static func replace(
    with row: ConditionRow, of key: DomainKey, _ surroundings: Surroundings
  ) async throws(Problem) {
    let store = surroundings.store
    try await stored { () throws(StoreError) in
      let others = try await store.conditions(of: key).filter { $0.type != condition }
      try await store.save(DomainChanges(conditions: others + [row]), of: key)
    }
  }

  static func kept(_ file: DomainFile?) -> ConditionRow? {
    file?.conditions.first { $0.type == condition && $0.status == .no }
  }
}
