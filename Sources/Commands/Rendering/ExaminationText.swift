import Control

/// Findings for people: one a line, with the way out below, and a count at the end.
struct ExaminationText {
  let report: ExaminationReport
  let paint: Paint

  var lines: [String] {
    findings + [summary]
  }

  var findings: [String] { report.findings.flatMap(lines) }

  private func lines(_ finding: Finding) -> [String] {
    let word = finding.severity.rawValue
    let space = String(repeating: " ", count: ExaminationText.width - word.count)
    let message = printableLines(finding.message)
    var lines = [
      paint(ExaminationText.ink(finding.severity), word) + space + paint(.strong, printable(finding.subject)) + ": "
        + (message.first ?? finding.check)
    ]
    let indent = String(repeating: " ", count: ExaminationText.width)
    lines += message.dropFirst().map { indent + $0 }
    if let underlying = finding.underlying, !underlying.isEmpty {
      lines.append(indent + paint(.faint, "cause:") + " " + printable(underlying))
    }
    if let remedy = finding.remedy { lines.append(indent + paint(.strong, "do:") + " " + printable(remedy)) }
    return lines
  }

  /// As wide as the longest word and two spaces.
  private static let width = "warning".count + 2

  static func ink(_ severity: Finding.Severity) -> Paint.Ink {
    switch severity {
    case .ok: .add
    case .note: .faint
    case .warning: .change
    case .problem: .refuse
    }
  }

  private var summary: String {
    let problems = report.findings.count { $0.severity == .problem }
    let warnings = report.findings.count { $0.severity == .warning }
    if problems + warnings == 0 { return "Nothing is wrong." }
    return counted(problems, "problem") + ", " + counted(warnings, "warning") + "."
  }
}
