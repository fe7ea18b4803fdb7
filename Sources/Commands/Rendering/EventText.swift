import Control
import Vocabulary

/// An event for people: when, which domain, what.
struct EventText {
  let event: ServerEvent
  let paint: Paint
  let localTime: @Sendable (Int64) -> String

  var lines: [String] {
    let what = words
    let start = paint(.faint, localTime(event.at)) + "  " + paint(.strong, printable(event.domain ?? "all domains"))
    return what.map { start + "  " + $0 }
  }

  private var words: [String] {
    switch event.type {
    case .intent: ["document accepted" + (event.generation.map { " as generation \($0)" } ?? "")]
    case .progress: [event.progress.flatMap(step)].compactMap { $0 }
    case .operation: [event.operation.map(operation)].compactMap { $0 }
    case .conditions: [(event.conditions ?? []).map(condition).joined(separator: "  ")].filter { !$0.isEmpty }
    case .domain: [printable(event.state ?? "changed")]
    case .resync: [paint(.change, "what happened before is not known any more; each domain follows as it is now")]
    }
  }

  private func step(_ progress: ProgressEvent) -> String? {
    // The line of progress begins with the domain too.
    guard let text = ProgressLine(progress, paint).text else { return nil }
    let domain = paint(.strong, printable(progress.domain)) + "  "
    return text.hasPrefix(domain) ? String(text.dropFirst(domain.count)) : text
  }

  private func operation(_ operation: OperationStatus) -> String {
    let summary = operation.summary.isEmpty ? operation.outcome?.words : operation.summary
    let state = operation.outcome.map { paint(OperationText.ink($0), operation.state.rawValue) }
    return [printable(operation.verb), state ?? operation.state.rawValue, summary.map(printable)]
      .compactMap { $0 }.joined(separator: "  ")
  }

  private func condition(_ condition: DomainCondition) -> String {
    let text = "\(printable(condition.type))=\(condition.status.rawValue)"
    let ink: Paint.Ink? = condition.type == "Ready" ? (condition.isTrue ? .add : .refuse) : nil
    let reason = condition.reason.isEmpty || condition.type == "Ready" && condition.isTrue ? "" : condition.reason
    return paint(ink, text) + (reason.isEmpty ? "" : " (\(printable(reason)))")
  }
}
