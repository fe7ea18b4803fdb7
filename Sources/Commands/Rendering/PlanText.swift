import Control
import Vocabulary

/// A plan for people, in the manner of `terraform plan`: a line a device, unchanged ones counted, the summary last.
struct PlanText {
  let plan: PlanDocument
  let paint: Paint
  let width: Int?
  /// Milliseconds since 1970, for how long something waits.
  let now: Int64

  var lines: [String] {
    let name = printable(plan.domain.name)
    let body = changes + RefusalText(plan.refused, paint).lines + aside
    guard !body.isEmpty || !plan.steps.isEmpty else { return [summary] }
    return [paint(.strong, name) + paint(.faint, head), ""] + body + [summary]
  }

  private var head: String {
    var words = plan.generation > 0 ? ["", "generation \(plan.generation)"] : [""]
    if !plan.unmanaged.isEmpty { words.append("\(counted(plan.unmanaged.count, "device")) unmanaged, left alone") }
    return words.joined(separator: "  ")
  }

  // MARK: What is done

  private var changes: [String] {
    var table = Table(
      [.init(), .init(), .init(), .init(), .init(), .init()])
    for group in StepGroup.groups(plan.steps) where !group.isMetadata { table.add(row(group), details: why(group)) }
    for placement in plan.placements {
      table.add([
        .init("  + " + (placement.id ?? ""), .add), .init(placement.kind), "new",
        .init(placement.slot?.description), .init(placement.guestPath), "",
      ])
    }
    for waiting in plan.waiting {
      table.add(
        [.init("  … " + waiting.name, .wait), "", "waits", .init(waiting.slot?.description), "", ""],
        details: [WaitingText.line(waiting, now: now, paint)])
    }
    var lines = table.lines(paint, width: width)
    lines += StepGroup.groups(plan.steps).filter(\.isMetadata).map { group in
      let sides = group.sides.joined(separator: ", ")
      return paint(.faint, "  · vmctl's own metadata (\(sides)): \(printable(group.reasons.first ?? ""))")
    }
    return lines.isEmpty ? [] : lines + [""]
  }

  private func row(_ group: StepGroup) -> [Table.Cell] {
    [
      .init("\(group.sign) \(group.name)", group.ink), .init(group.kind), .init(group.effect), .init(group.slot),
      .init(group.guestPath), .init(group.sidesInWords),
    ]
  }

  /// What forces the change.
  private func why(_ group: StepGroup) -> [String] {
    group.changes.map { change in
      let from = change.change.from.map(printable) ?? "nothing"
      return "      \(change.prefix)\(change.change.path): \(from) → \(printable(change.change.to))"
    } + group.reasons.map { paint(.faint, "      # \(printable($0))") }
  }

  // MARK: What is not a change

  private var aside: [String] {
    var lines: [String] = []
    if !plan.nextBoot.isEmpty { lines += PendingText(plan.nextBoot, paint).lines + [""] }
    if !plan.drift.isEmpty { lines += DriftText.lines(plan.drift, paint) + [""] }
    let scarce = plan.capacity.sorted { $0.key < $1.key }.filter { $0.value.needed > 0 }
    if !scarce.isEmpty {
      let words = scarce.map { "\(printable($0.key)) takes \($0.value.needed) of \($0.value.free) free" }
      lines += [paint(.faint, "Slots: \(words.joined(separator: ", "))"), ""]
    }
    let notes = plan.notes.map { "Note: \(printable($0))" }
    return lines + (notes.isEmpty ? [] : notes + [""])
  }

  private var summary: String {
    let counts = plan.summary
    var parts: [String] = []
    if !plan.steps.isEmpty {
      parts.append("\(counts.add) to add, \(counts.change) to change, \(counts.remove) to remove")
    }
    if counts.refused > 0 { parts.append("\(counts.refused) refused") }
    if !plan.waiting.isEmpty { parts.append("\(plan.waiting.count) waiting for the guest") }
    if counts.nextBoot > 0 { parts.append("\(counts.nextBoot) at the next boot") }
    parts.append("\(counts.unchanged) unchanged")
    let list = parts.joined(separator: ", ") + "."
    if plan.steps.isEmpty, plan.refused.isEmpty {
      return paint(.strong, "No changes.") + " \(printable(plan.domain.name)) is as wanted: \(list)"
    }
    if plan.steps.isEmpty { return paint(.strong, "Plan: nothing is done:") + " \(list)" }
    return paint(.strong, "Plan:") + " \(list)"
  }
}
