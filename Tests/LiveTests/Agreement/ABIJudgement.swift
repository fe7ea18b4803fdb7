import DomainXML
import GuestABI
import Libvirt
import Vocabulary

/// What came of a pair.
struct ABIJudgement: Sendable {
  enum Outcome: Sendable, Equatable {
    /// Both have looked; `refusal` is libvirt's word where it does not let the pair pass.
    case judged(refusal: String?)
    /// libvirt prints both documents alike.
    case same
    /// libvirt takes one of the documents not even against itself.
    case dropped(String)
    /// There was no answer.
    case daemonDied
  }

  let pair: ABIPair
  let outcome: Outcome
  private(set) var comparison: ABIComparison?
  /// As libvirt printed them.
  private var documents = (source: "", target: "")

  init(unanswered pair: ABIPair) {
    self.pair = pair
    outcome = .daemonDied
  }

  /// Throws where the connection was lost.
  init(_ pair: ABIPair, by image: SavedImage, libvirt: Version) throws {
    self.pair = pair
    let source: String
    let target: String
    var refusal: String?
    do {
      source = try image.printed(pair.source)
      target = try image.printed(pair.target)
      guard source != target else {
        outcome = .same
        return
      }
      do {
        try image.check(source, target)
      } catch let error as LibvirtError where error.code == .configUnsupported {
        refusal = error.message
        // It may have been refused for itself.
        for document in [source, target] { try image.check(document, document) }
      }
    } catch let error as LibvirtError where !error.meansConnectionLost {
      outcome = .dropped(error.message)
      return
    }
    outcome = .judged(refusal: refusal)
    comparison = ABIComparison(XMLText(source), XMLText(target), libvirt: libvirt)
    documents = (source, target)
  }

  /// A saved image has the balloon compared, a migration has not: the comparison calls that volatile and gives it no
  /// say in its verdict, and libvirt refuses the pair here.
  private var isRefusalExpected: Bool {
    guard let comparison else { return false }
    return comparison.verdict == .broken || comparison.findings.contains { $0.tier == .volatile }
  }

  var agrees: Bool {
    guard case .judged(let refusal) = outcome else { return true }
    return isRefusalExpected == (refusal != nil) && comparison?.verdict != .invalid
  }

  /// For whoever has to find out why the two do not agree.
  var report: String {
    guard case .judged(let refusal) = outcome, let comparison else { return "\(pair.name): \(outcome)" }
    let findings = comparison.findings.map { finding in
      "\(finding.tier) \(finding.rule) at \(finding.path): \(finding.source ?? "-") -> \(finding.target ?? "-")"
    }
    return """
      \(pair.name)
        libvirt: \(refusal ?? "lets it pass")
        vmctl: \(comparison.verdict)
          \(findings.joined(separator: "\n    "))
        the documents:
          \(differences.joined(separator: "\n    "))
      """
  }

  private var differences: [String] {
    let (old, new) = (documents.source.split(separator: "\n"), documents.target.split(separator: "\n"))
    return new.difference(from: old).map { change in
      switch change {
      case .remove(_, let line, _): "- \(line)"
      case .insert(_, let line, _): "+ \(line)"
      }
    }
  }
}
