import Control
import Vocabulary

/// The steps of a plan for one target, over both sides: one line.
struct StepGroup {
  /// A change of a field; the prefix says the side where only one has it.
  struct SidedChange {
    let prefix: String
    let change: StepDocument.Change
  }

  private let steps: [StepDocument]

  /// In the order of the first step of each.
  static func groups(_ steps: [StepDocument]) -> [StepGroup] {
    var order: [TargetDocument] = []
    var byTarget: [TargetDocument: [StepDocument]] = [:]
    for step in steps {
      if byTarget[step.target] == nil { order.append(step.target) }
      byTarget[step.target, default: []].append(step)
    }
    return order.map { StepGroup(steps: byTarget[$0] ?? []) }
  }

  var isMetadata: Bool { steps.first?.target.metadata == true }
  var name: String { steps.first?.target.name ?? "" }
  /// What kind of device; of a domain and its power what is done to it.
  var kind: String {
    if let kind = steps.lazy.compactMap(\.kind).first { return kind }
    if steps.first?.target.setting != nil { return "setting" }
    return steps.first?.target.controller == nil ? steps.first?.action ?? "" : "controller"
  }

  var slot: String? { steps.lazy.compactMap(\.slot).first?.description }
  var guestPath: String? { steps.lazy.compactMap(\.guestPath).first }

  private var actions: Set<String> { Set(steps.map(\.action)) }

  /// Three wide, so that names stand below one another.
  var sign: String {
    if actions.isSuperset(of: ["attach", "detach"]) { return "-/+" }
    if actions.contains("detach") || actions.contains("shutdown") { return "  -" }
    return isChange ? "  ~" : "  +"
  }

  var ink: Paint.Ink {
    if actions.contains("detach") || actions.contains("shutdown") { return .remove }
    return isChange ? .change : .add
  }

  private var isChange: Bool { actions.contains("update") || actions.contains("set") }

  /// The dearest of what the steps cost the guest.
  var effect: String {
    let effects = Set(steps.map(\.effect))
    if effects.contains("nextBoot") { return "next boot" }
    return effects.contains("guest") ? "guest" : effects.first ?? ""
  }

  var sides: [String] {
    var sides: [String] = []
    for case let side? in steps.map(\.side) where !sides.contains(side) { sides.append(side) }
    return sides
  }

  var sidesInWords: String {
    let waits = steps.contains { $0.waitsFor != nil }
    return sides.joined(separator: waits ? ", then " : ", ")
  }

  /// Each change once: on both sides it needs no word about the side.
  var changes: [SidedChange] {
    var found: [SidedChange] = []
    var seen: Set<StepDocument.Change> = []
    for step in steps where ["update", "set"].contains(step.action) {
      for change in step.changes ?? [] where seen.insert(change).inserted {
        let on = steps.filter { $0.changes?.contains(change) ?? false }.compactMap(\.side)
        found.append(SidedChange(prefix: on.count == sides.count ? "" : (on.first ?? "") + " ", change: change))
      }
    }
    return found
  }

  /// Why, once for steps of one kind: what a side's own words add to "wanted and absent" its column says already.
  var reasons: [String] {
    var reasons: [String] = []
    var seen: Set<String> = []
    for step in steps {
      let spelled = (step.changes ?? []).map { "\($0.path): \($0.from ?? "nothing") → \($0.to)" }
      if ["update", "set"].contains(step.action), step.reason == spelled.joined(separator: ", ") { continue }
      guard seen.insert("\(step.action) \(step.waitsFor ?? "")").inserted else { continue }
      if !reasons.contains(step.reason) { reasons.append(step.reason) }
    }
    return reasons
  }
}
