import Control
import Vocabulary

/// Prints what operations came to, and says the exit code.
struct Results {
  let context: Context
  let format: OutputFormat
  let noColor: Bool

  func print(_ reports: [OperationReport], asOne: Bool) throws -> Outcome {
    let page = Page(context, format, noColor: noColor)
    let now = context.now()
    try page.print(reports, asOne: asOne) { reports in
      let texts = reports.map { OperationText(report: $0, paint: page.paint, now: now) }
      guard reports.count > 1 else { return texts.flatMap(\.lines) }
      return texts.flatMap(\.rest)
        + OperationText.table(reports.map { ($0.domain, $0.outcome, $0.summary) }, page.paint, page.width)
    }
    let problems = reports.flatMap(\.problems)
    _ = Speaker(context, isJSON: format == .json, noColor: noColor).report(problems)
    return reports.map(\.outcome).max() ?? .asWanted
  }
}
