package import Control
import DomainXML
package import GuestABI

extension ABIReport {
  /// The comparison as it leaves the program.
  package init(_ comparison: ABIComparison) {
    let verdict: Verdict =
      switch comparison.verdict {
      case .stable: .stable
      case .changed: .changed
      case .broken: .broken
      case .invalid: .invalid
      }
    self.init(
      verdict: verdict,
      findings: comparison.findings.map { finding in
        Finding(
          path: finding.path, rule: finding.rule, source: finding.source, target: finding.target,
          tier: finding.tier.rawValue, why: finding.why)
      })
  }
}
