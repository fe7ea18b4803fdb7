import Control
import Vocabulary

/// Operations, newest first, each with its steps: when a slot changed, and by which call.
struct HistoryText {
  let operations: [OperationReport]
  let paint: Paint
  let width: Int?
  let localTime: @Sendable (Int64) -> String

  var lines: [String] {
    var table = Table([
      .init("ID", isRight: true), .init("WHEN"), .init("TOOK", isRight: true), .init("VERB"),
      .init("GEN", isRight: true), .init("OUTCOME"),
    ])
    for operation in operations {
      table.add(
        [
          .init(operation.id.map(String.init) ?? "-"), .init(operation.startedAt.map(localTime) ?? "-", .faint),
          .init(span(operation.startedAt, operation.endedAt) ?? "-"), .init(operation.verb, .strong),
          .init(operation.generation.map(String.init) ?? "-"),
          .init(
            operation.summary.isEmpty ? operation.outcome.words : operation.summary,
            OperationText.ink(operation.outcome)),
        ], details: steps(operation))
    }
    return table.lines(paint, width: width)
  }

  private func steps(_ operation: OperationReport) -> [String] {
    var table = Table([.init(), .init(), .init(), .init(), .init(), .init()], indent: "      ")
    for step in operation.steps {
      var details: [String] = []
      if let error = step.error { details.append("        " + paint(.refuse, printable(error))) }
      table.add(
        [
          .init(step.action), .init(step.target.name), .init(step.side), .init(step.slot?.description),
          .init(StepWords.state(step.state), step.state == "done" ? nil : .change),
          .init(span(step.startedAt, step.settledAt), .faint),
        ], details: details)
    }
    return table.lines(paint, width: width)
  }

  private func span(_ from: Int64?, _ to: Int64?) -> String? {
    guard let from, let to else { return nil }
    return spanned(to - from)
  }
}
