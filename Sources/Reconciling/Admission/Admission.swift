package import Control
package import Intent
package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// What is let in from whom: documents by the policy and by what the files they name are, and what would cut off a
/// domain that runs who controls the host (E9). Who sends it is known from the transport alone.
///
/// Reads the files that a document names; call it where a slow disk holds nobody else up.
package struct Admission: Sendable {
  package let policy: DocumentPolicy

  package init(policy: DocumentPolicy) {
    self.policy = policy
  }

  /// Whether a document may be kept in the place of `current` (`nil`: the domain has none).
  ///
  /// - Throws: `policy`, naming each offence; `controller-domain`.
  package func check(
    _ document: IntentDocument, of requester: Requester, replacing current: IntentDocument?
  ) throws(Problem) {
    if requester.trust != .full { try checkContent(of: document) }
    guard !requester.mayTouchController, let current, current.role == .controller else { return }
    if let offence = ControllerGuard(current).offence(of: document) { throw offence }
  }

  /// Whether a verb may be carried out on the domain whose document is `current` (`nil`: none is kept).
  ///
  /// - Throws: `controller-domain`.
  package func check(_ request: VerbRequest, on current: IntentDocument?) throws(Problem) {
    guard !request.requester.mayTouchController, let current, current.role == .controller else { return }
    if let offence = ControllerGuard(current).offence(of: request) { throw offence }
  }

  /// Whether what a document names may be used: looked at again right before it is, for files change.
  /// - Throws: `policy`, naming each offence.
  package func checkContent(of document: IntentDocument) throws(Problem) {
    let judgement = policy.judge(document)
    let problems =
      judgement.problems.isEmpty
      ? ImageInspector(policy: policy).check(judgement.files, domain: document.name.text) : judgement.problems
    guard var first = problems.first else { return }
    if problems.count > 1 {
      first = Problem(
        first.code, problems.map(\.message).joined(separator: "\n"), domain: first.domain, path: first.path,
        wanted: first.wanted, found: first.found, remedy: first.remedy)
    }
    throw first
  }

  // MARK: Who sent a document that is kept

  private static let filtered = "api:"
  private static let full = "api-admin:"

  /// What a document's `source` says when it came from this requester.
  package static func source(of requester: Requester) -> String {
    (requester.trust == .full ? full : filtered) + requester.name
  }

  /// Whether a document of that source was let in by the policy, and is held against it again before it is used.
  package static func isFiltered(source: String) -> Bool { source.hasPrefix(filtered) }
}

/// What the system says of an error number.
func systemWords(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
