package import DomainXML

/// One difference of two domains that a guest, or libvirt in its stead, would notice.
package struct ABIFinding: Sendable, Hashable {
  /// Where, in the manner of libvirt's XML: `devices/disk[target=vda]/serial`.
  package let path: String
  /// The rule that found it: `disk/serial`.
  package let rule: String
  /// What the sides have; `nil` where a side has nothing there.
  package let source: String?
  package let target: String?
  package let tier: ABIRule.Tier
  /// Why it matters to the guest.
  package let why: String

  package init(
    path: String, rule: String, source: String?, target: String?, tier: ABIRule.Tier, why: String
  ) {
    self.path = path
    self.rule = rule
    self.source = source
    self.target = target
    self.tier = tier
    self.why = why
  }

  func with(tier: ABIRule.Tier) -> ABIFinding {
    ABIFinding(path: path, rule: rule, source: source, target: target, tier: tier, why: why)
  }
}
