/// One rule of what belongs to a guest's hardware: what `vmctl abi rules` prints.
package struct ABIRuleDocument: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "ABIRule"
  /// `disk/serial`: the kind of device, or `domain`, and the path.
  package let rule: String
  /// The kind of device, or `domain`.
  package let subject: String
  package let path: String
  /// How values are compared.
  package let comparison: String
  /// `libvirt`, `volatile` or `guest`.
  package let tier: String
  /// The first libvirt that compares it; absent where all supported ones do, or none.
  package let since: String?
  /// What the absence of the place means.
  package let absent: String?
  /// Where the rule applies; absent where it always does.
  package let when: String?
  package let why: String
  /// Where libvirt decides it.
  package let source: String?

  package init(
    rule: String, subject: String, path: String, comparison: String, tier: String, since: String?, absent: String?,
    when: String?, why: String, source: String?
  ) {
    self.rule = rule
    self.subject = subject
    self.path = path
    self.comparison = comparison
    self.tier = tier
    self.since = since
    self.absent = absent
    self.when = when
    self.why = why
    self.source = source
  }
}
