package import Control
import DomainXML
package import GuestABI
package import Vocabulary

/// Checks guests against a host, one after the other.
package struct HostChecker: Sendable {
  private let check: HostCheck

  package init(to host: HostOffer, from: HostOffer?) { check = HostCheck(from: from, to: host) }

  /// A domain's definition as libvirt printed it.
  /// - Parameters:
  ///   - text: the document.
  ///   - name: what the guest is called; `nil`: as the document says.
  ///   - hasFile: whether a file of the guest's is there; `nil`: not known.
  /// - Returns: what becomes of it.
  package func domain(
    _ text: XMLText, named name: String? = nil, hasFile: (String) -> Bool? = { _ in nil }
  ) -> HostCheckReport.Guest {
    guest(text, name, form: "domain", snapshot: nil, .boot, hasFile)
  }

  package func managedSave(_ text: XMLText, of name: String) -> HostCheckReport.Guest {
    guest(text, name, form: "managedSave", snapshot: nil, .memory)
  }

  package func snapshot(_ text: XMLText, _ snapshot: String, of name: String) -> HostCheckReport.Guest {
    guest(text, name, form: "snapshot", snapshot: snapshot, .memory)
  }

  /// The domain as it was when the snapshot was taken; `nil` where the snapshot has no memory, or does not say.
  static func domain(inSnapshot text: XMLText) -> XMLText? {
    guard let root = try? DomainDocument(text).root, root.child("memory")?["snapshot"] != "no" else { return nil }
    return root.child("domain")?.source
  }

  private func guest(
    _ text: XMLText, _ name: String?, form: String, snapshot: String?, _ shape: HostCheck.Form,
    _ hasFile: (String) -> Bool? = { _ in nil }
  ) -> HostCheckReport.Guest {
    let definition: DomainDefinition
    do throws(XMLFault) {
      definition = try DomainDefinition(text)
    } catch {
      let finding = HostCheckReport.Finding(
        consequence: "unknown", path: "", wanted: "what `virsh dumpxml` prints", offered: nil,
        why: "the document cannot be read: \(error.message)", remedy: nil)
      return HostCheckReport.Guest(
        name: name ?? "?", uuid: nil, form: form, snapshot: snapshot, verdict: .unknown, findings: [finding])
    }
    let findings = check.findings(
      definition, shape, hasVariables: definition.root.value(at: "os/nvram").flatMap(hasFile))
    return HostCheckReport.Guest(
      name: name ?? definition.name, uuid: definition.uuid, form: form, snapshot: snapshot,
      verdict: HostCheckReport.Verdict(HostCheck.verdict(findings)),
      findings: findings.sorted { $0.consequence > $1.consequence }.map { HostCheckReport.Finding($0) })
  }
}

extension HostCheckReport.Verdict {
  init(_ consequence: HostFinding.Consequence) {
    self =
      switch consequence {
      case .note: .same
      case .deprecated: .deprecated
      case .unknown: .unknown
      case .differs: .differs
      case .willNotStart: .willNotStart
      }
  }
}

extension HostCheckReport.Finding {
  init(_ finding: HostFinding) {
    self.init(
      consequence: finding.consequence.rawValue, path: finding.path, wanted: finding.wanted, offered: finding.offered,
      why: finding.why, remedy: finding.remedy)
  }
}
