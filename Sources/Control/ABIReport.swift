/// What a guest would notice between two domain documents: what `vmctl abi compare` prints.
package struct ABIReport: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "ABIComparison"
  package let verdict: Verdict
  package let findings: [Finding]

  package enum Verdict: String, Sendable, Codable, CaseIterable {
    case stable, changed, broken, invalid

    /// What it means, for tables and help.
    package var words: String {
      switch self {
      case .stable: "the guest cannot tell the two apart"
      case .changed: "libvirt lets the pair pass, and the guest would notice"
      case .broken: "libvirt refuses the pair in migration and restore"
      case .invalid: "libvirt would not take such a document by itself"
      }
    }

    package var outcome: Outcome { self == .stable ? .asWanted : .abiDiffers }
  }

  package struct Finding: Sendable, Codable, Hashable {
    /// Where, in the manner of libvirt's XML: `devices/disk[target=vda]/serial`.
    package let path: String
    /// The rule, as `vmctl abi rules` lists it.
    package let rule: String
    /// What each side has; absent where it has nothing there.
    package let source: String?
    package let target: String?
    /// `libvirt`, `volatile` or `guest`.
    package let tier: String
    package let why: String

    package init(path: String, rule: String, source: String?, target: String?, tier: String, why: String) {
      self.path = path
      self.rule = rule
      self.source = source
      self.target = target
      self.tier = tier
      self.why = why
    }
  }

  package init(verdict: Verdict, findings: [Finding]) {
    self.verdict = verdict
    self.findings = findings
  }
}

/// The answer to one pair of many: a line of `vmctl abi compare --batch`.
package struct ABIAnswer: Sendable, Codable, Hashable {
  package let id: String
  package let verdict: ABIReport.Verdict
  package let findings: [ABIReport.Finding]

  package init(id: String, _ report: ABIReport) {
    self.id = id
    verdict = report.verdict
    findings = report.findings
  }
}
