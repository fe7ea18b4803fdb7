import Control

/// What a restore came to, and what to do now.
struct RestoreText {
  let report: RestoreReport
  let paint: Paint

  var lines: [String] {
    var lines = ["\(printable(report.store)): \(counted(report.domains, "domain")) from \(printable(report.file))"]
    if let kept = report.kept { lines.append("what was there is \(printable(kept))") }
    if !report.older.isEmpty {
      lines.append("")
      lines += ExaminationText(report: ExaminationReport(report.older), paint: paint).findings
    }
    return lines + ["", paint(.strong, "Now:")] + report.next.map { "  " + $0 }
  }
}
