import Control
import Vocabulary

/// What an operation came to. Its steps were shown while they ran; here is what is left.
struct OperationText {
  let report: OperationReport
  let paint: Paint
  let now: Int64

  /// What is left, and how it ended.
  var lines: [String] { rest + [last] }

  /// What is left; nothing where all is as wanted.
  var rest: [String] {
    var lines = RefusalText(report.refused, paint).lines
    for waiting in report.waiting {
      lines.append("  " + paint(.wait, "… " + printable(waiting.name)) + "  waits for the guest")
      lines += [WaitingText.line(waiting, now: now, paint), ""]
    }
    if !report.nextBoot.isEmpty { lines += PendingText(report.nextBoot, paint).lines + [""] }
    if !report.drift.isEmpty { lines += DriftText.lines(report.drift, paint) + [""] }
    let notes = report.notes.map { "Note: \(printable($0))" }
    if !notes.isEmpty { lines += notes + [""] }
    return lines.isEmpty ? [] : [paint(.strong, printable(report.domain)), ""] + lines
  }

  private var last: String {
    let name = paint(.strong, printable(report.domain) + ":")
    // What a problem says is said on stderr, with all that belongs to it.
    let isSaid = report.summary.isEmpty || report.problems.contains { $0.message == report.summary }
    return "\(name) " + printable(isSaid ? report.outcome.words : report.summary)
  }

  /// Of several domains: which ended how. The most serious first, since it decides the exit code.
  static func table(_ reports: [(domain: String, outcome: Outcome, words: String)], _ paint: Paint, _ width: Int?)
    -> [String]
  {
    var table = Table([.init("DOMAIN"), .init("EXIT", isRight: true), .init("OUTCOME")])
    for report in reports.sorted(by: { $0.outcome > $1.outcome }) {
      table.add([
        .init(report.domain), .init(String(report.outcome.exitCode)),
        .init(report.words.isEmpty ? report.outcome.words : report.words, ink(report.outcome)),
      ])
    }
    return table.lines(paint, width: width)
  }

  static func ink(_ outcome: Outcome) -> Paint.Ink {
    switch outcome {
    case .asWanted: .add
    case .changesFound, .nextBoot: .change
    case .waiting: .wait
    case .refused, .abiDiffers, .conflict, .error, .usage: .refuse
    }
  }
}
