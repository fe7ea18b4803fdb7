import Control

/// Comparisons and rules of the guest ABI for people.
enum ABIText {
  static func lines(_ report: ABIReport, _ paint: Paint, _ width: Int?) -> [String] {
    let head = paint(ink(report.verdict), report.verdict.rawValue) + ": " + report.verdict.words
    guard !report.findings.isEmpty else { return [head] }
    var table = Table([
      .init("TIER"), .init("WHERE", shrinks: true), .init("SOURCE", shrinks: true), .init("TARGET", shrinks: true),
    ])
    for finding in report.findings {
      table.add(
        [
          .init(finding.tier, ink(tier: finding.tier)), .init(finding.path, .strong), .init(finding.source ?? "-"),
          .init(finding.target ?? "-"),
        ], details: ["  " + paint(.faint, "# " + printable(finding.why))])
    }
    return [head, ""] + table.lines(paint, width: width) + ["", count(report)]
  }

  /// `2 findings that libvirt refuses, 1 that only the guest sees`
  private static func count(_ report: ABIReport) -> String {
    func number(_ tier: String) -> Int { report.findings.count { $0.tier == tier } }
    let parts = [
      number("libvirt") > 0 ? "\(counted(number("libvirt"), "finding")) that libvirt refuses" : nil,
      number("guest") > 0 ? "\(counted(number("guest"), "finding")) that only the guest sees" : nil,
      number("volatile") > 0 ? "\(number("volatile")) that may differ at any time" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: ", ")
  }

  static func table(_ rules: [ABIRuleDocument], _ paint: Paint, _ width: Int?) -> [String] {
    var table = Table([
      .init("RULE"), .init("TIER"), .init("SINCE"), .init("COMPARED AS"), .init("WHY", shrinks: false),
    ])
    for rule in rules {
      table.add([
        .init(rule.rule, .strong), .init(rule.tier, ink(tier: rule.tier)), .init(rule.since), .init(rule.comparison),
        .init(rule.why),
      ])
    }
    return table.lines(paint, width: width)
  }

  private static func ink(_ verdict: ABIReport.Verdict) -> Paint.Ink? {
    switch verdict {
    case .stable: .strong
    case .changed: .change
    case .broken, .invalid: .refuse
    }
  }

  private static func ink(tier: String) -> Paint.Ink? {
    switch tier {
    case "libvirt": .refuse
    case "guest": .change
    default: .faint
    }
  }
}
