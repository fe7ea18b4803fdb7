import Control
import Vocabulary

/// What becomes of guests on a host, for people.
enum HostCheckText {
  static func lines(_ report: HostCheckReport, _ paint: Paint, _ width: Int?) -> [String] {
    let from = report.from.map { ", from \(name($0))" } ?? ""
    let head = paint(ink(report.verdict), report.verdict.words) + ": \(name(report.host))\(from)"
    guard !report.guests.isEmpty else { return [head, "", "There are no guests."] }
    var table = Table([.init("GUEST"), .init("VERDICT"), .init("WHAT", shrinks: true)])
    for guest in report.guests.sorted(by: { $0.verdict > $1.verdict }) {
      table.add(
        [
          .init(title(guest), .strong), .init(guest.verdict.words, ink(guest.verdict)),
          .init(guest.findings.first { !isNote($0) }.map(\.why) ?? "-"),
        ], details: guest.findings.filter { !isNote($0) }.flatMap { details($0, paint) })
    }
    return [head, ""] + table.lines(paint, width: width) + ["", count(report)] + notes(report, paint)
  }

  private static func isNote(_ finding: HostCheckReport.Finding) -> Bool { finding.consequence == "note" }

  /// Each note once, with the number of guests that it is about.
  private static func notes(_ report: HostCheckReport, _ paint: Paint) -> [String] {
    var counts: [String: Int] = [:]
    for finding in report.guests.flatMap(\.findings) where isNote(finding) {
      counts["\(printable(finding.path)): \(printable(finding.why))", default: 0] += 1
    }
    guard !counts.isEmpty else { return [] }
    return [""] + counts.sorted { $0.key < $1.key }.map { paint(.faint, "# \(counted($1, "guest")): \($0)") }
  }

  private static func details(_ finding: HostCheckReport.Finding, _ paint: Paint) -> [String] {
    let values = [
      finding.wanted.isEmpty ? nil : printable(finding.wanted), finding.offered.map { "host: \(printable($0))" },
    ].compactMap { $0 }.joined(separator: "; ")
    let place = finding.path.isEmpty ? "" : "\(printable(finding.path)) "
    var lines = ["  " + place + values, "    " + paint(.faint, "# " + printable(finding.why))]
    if let remedy = finding.remedy { lines.append("    " + paint(.faint, "> " + printable(remedy))) }
    return lines
  }

  private static func title(_ guest: HostCheckReport.Guest) -> String {
    switch guest.form {
    case "managedSave": "\(guest.name) (saved)"
    case "snapshot": "\(guest.name) (snapshot \(guest.snapshot ?? ""))"
    default: guest.name
    }
  }

  private static func name(_ host: HostCheckReport.Host) -> String {
    let versions = [host.libvirt.map { "libvirt \($0)" }, host.hypervisor.map { "QEMU \($0)" }].compactMap { $0 }
    return printable(host.name) + (versions.isEmpty ? "" : " (\(versions.joined(separator: ", ")))")
  }

  /// `3 guests: 1 will not start, 2 same`
  private static func count(_ report: HostCheckReport) -> String {
    let parts = HostCheckReport.Verdict.allCases.reversed().compactMap { verdict in
      report.counts[verdict.rawValue].map { "\($0) \(verdict.words)" }
    }
    return "\(counted(report.guests.count, "guest")): " + parts.joined(separator: ", ")
  }

  private static func ink(_ verdict: HostCheckReport.Verdict) -> Paint.Ink? {
    switch verdict {
    case .same: .strong
    case .deprecated: .faint
    case .unknown, .differs: .change
    case .willNotStart: .refuse
    }
  }
}
