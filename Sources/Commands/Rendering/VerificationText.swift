import Control
import Vocabulary

/// What became of a host's domains, for people.
enum VerificationText {
  static func lines(_ report: HostVerification, _ paint: Paint, _ width: Int?) -> [String] {
    let head = paint(ink(report.verdict), report.verdict.words) + ": " + versions(report)
    guard !report.domains.isEmpty else { return [head, "", "There are no domains."] }
    var table = Table([.init("DOMAIN"), .init("VERDICT"), .init("CHANGES")])
    for domain in report.domains.sorted(by: { $0.verdict > $1.verdict }) {
      table.add(
        [
          .init(domain.name, .strong), .init(domain.verdict.words, ink(domain.verdict)),
          .init(domain.changes.isEmpty ? "-" : String(domain.changes.count)),
        ],
        details: domain.changes.flatMap { details($0, paint) }
          + domain.notes.map { "  " + paint(.faint, "# " + printable($0)) })
    }
    let parts = HostVerification.Verdict.allCases.reversed().compactMap { verdict in
      report.counts[verdict.rawValue].map { "\($0) \(verdict.words)" }
    }
    return [head, ""] + table.lines(paint, width: width)
      + ["", "\(counted(report.domains.count, "domain")): " + parts.joined(separator: ", ")]
  }

  private static func details(_ change: HostVerification.Change, _ paint: Paint) -> [String] {
    let by = change.operation.map { "vmctl, operation \($0)" } ?? (change.by == "host" ? "the host" : "somebody else")
    return [
      "  \(printable(change.path)) (\(change.side.rawValue)): \(printable(change.before ?? "not there")) -> "
        + "\(printable(change.now ?? "not there")), by \(by)",
      "    " + paint(.faint, "# " + printable(change.why)),
    ]
  }

  private static func versions(_ report: HostVerification) -> String {
    func words(_ host: HostCheckReport.Host) -> String {
      "libvirt \(host.libvirt?.description ?? "?"), QEMU \(host.hypervisor?.description ?? "?")"
    }
    let (before, now) = (words(report.before), words(report.now))
    return printable(report.now.name) + (before == now ? " (\(now))" : " (\(before); now \(now))")
  }

  private static func ink(_ verdict: HostVerification.Verdict) -> Paint.Ink? {
    switch verdict {
    case .same: .strong
    case .new: .faint
    case .gone, .notRunning: .change
    case .differs: .refuse
    }
  }
}
