package import DomainXML
package import Vocabulary

/// Whether a guest of one domain would notice that it runs as another, and whether libvirt would let it.
///
/// Both documents are as a libvirt printed them, so defaults are filled in. Findings pair devices by who they are;
/// the verdict pairs them as libvirt does, by their place in its lists (`virDomainDefCheckABIStabilityFlags`), and so
/// `broken` is what libvirt itself would refuse.
package struct ABIComparison: Sendable {
  package enum Verdict: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing that the guest could tell apart.
    case stable
    /// libvirt would let it pass; the guest would notice.
    case changed
    /// libvirt refuses the pair in migration and restore.
    case broken
    /// libvirt would not take one of the documents by itself.
    case invalid
  }

  package let verdict: Verdict
  package let findings: [ABIFinding]

  /// The libvirt whose check is reproduced where the caller names none: the oldest supported one.
  package static let assumedLibvirt = Version(9, 0)

  package init(_ source: DomainDefinition, _ target: DomainDefinition, libvirt: Version = assumedLibvirt) {
    let faults =
      DocumentFault.findings(in: source, isSource: true) + DocumentFault.findings(in: target, isSource: false)
    guard faults.isEmpty else {
      verdict = .invalid
      findings = faults
      return
    }
    guard source.document != target.document else {
      verdict = .stable
      findings = []
      return
    }
    var reader = RuleReader(.findings, libvirt: libvirt)
    reader.compare(source.root, target.root, DomainRules.groups, subject: "domain") { "" }
    if let own = source.root.child("devices"), let theirs = target.root.child("devices") {
      reader.compare(own, theirs, DomainRules.redirectionGroups, subject: "domain/devices") { "devices" }
    }
    var devices = DeviceComparison(source, target, libvirt: libvirt)
    devices.compare()
    findings = reader.findings + devices.findings
    verdict =
      findings.contains { $0.tier == .libvirt } ? .broken : findings.contains { $0.tier == .guest } ? .changed : .stable
  }

  private init(verdict: Verdict, findings: [ABIFinding]) {
    self.verdict = verdict
    self.findings = findings
  }

  /// The same from texts: what is no domain document has no verdict about a guest either.
  package init(_ source: XMLText, _ target: XMLText, libvirt: Version = assumedLibvirt) {
    var faults: [ABIFinding] = []
    var definitions: [DomainDefinition] = []
    for (text, isSource) in [(source, true), (target, false)] {
      do throws(XMLFault) {
        definitions.append(try DomainDefinition(text))
      } catch {
        faults.append(DocumentFault.finding(error, isSource: isSource))
      }
    }
    guard definitions.count == 2 else {
      self.init(verdict: .invalid, findings: faults)
      return
    }
    self.init(definitions[0], definitions[1], libvirt: libvirt)
  }
}
