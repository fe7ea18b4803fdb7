package import Vocabulary

/// What a daemon offers beside what a command does by itself: it takes documents in and reaches them on its own.
///
/// Implemented by the daemon in process, and by its client over HTTP.
package protocol ResidentControl: VMControl {
  /// Takes a document in; it is durable when this returns, and is reached from then on.
  /// - Throws: `precondition-required` where the domain has a document and neither a generation nor an expectation is
  ///   given; `stale-generation`; `invalid-document`, `secret-in-document`, `policy`; `idempotency-mismatch` where the
  ///   key came with another document before.
  func submit(_ submission: IntentSubmission) async throws(Problem) -> IntentReceipt

  /// Begins a verb. It goes on when the caller has gone. The same key gets the same operation, also after a restart.
  func begin(_ request: VerbRequest, idempotencyKey: String?) async throws(Problem) -> OperationStatus

  /// Has the document that a domain has reached now: `request` names the one domain.
  func begin(reconciling request: ReconcileRequest, idempotencyKey: String?) async throws(Problem) -> OperationStatus

  /// Where an operation stands, after at most `wait` milliseconds or once it is over.
  /// - Throws: `no-such-operation`.
  func operation(_ id: String, wait: Int64) async throws(Problem) -> OperationStatus

  /// A page of the host's domains: what the daemon knows of them, without asking libvirt.
  func list(_ query: DomainQuery) async throws(Problem) -> DomainListing

  /// What happens from now on, or since the event of that id.
  /// - Throws: `events-too-old` where they are not kept any more.
  func events(after id: String?) async throws(Problem) -> AsyncStream<ServerEvent>

  /// The `<devices>` element of a definition, or only its devices of one kind, as libvirt wrote them.
  func devicesXML(_ request: XMLRequest, kind: String?) async throws(Problem) -> XMLText

  /// The records of both sides that are kept, newest first.
  func revisions(of domain: String, limit: Int) async throws(Problem) -> [RevisionDocument]

  /// What a guest would notice between two documents.
  func compare(_ request: ABICompareRequest) async throws(Problem) -> ABIReport

  /// Whether the daemon does its work.
  func readiness() async -> ReadinessReport
}
