/// A document that is to be kept and reached, and on what condition.
package struct IntentSubmission: Sendable, Hashable {
  /// What the domain's current generation must be (R16).
  package enum Expectation: Sendable, Hashable {
    /// `If-None-Match: *`: the domain has no document yet.
    case absent
    /// `If-Match: *`: it has one, whichever.
    case present
    /// `If-Match: "7"`.
    case generation(Int64)
  }

  /// The name in the path: the document must be of this domain.
  package let domain: String
  package let source: IntentSource
  /// `nil`: nothing was said, which a domain that has a document accepts only with a generation of the client's own.
  package let expecting: Expectation?
  /// The same key with the same document gets the same answer, also after a restart.
  package let idempotencyKey: String?
  package let requester: Requester

  package init(
    domain: String, source: IntentSource, expecting: Expectation?, idempotencyKey: String?, requester: Requester
  ) {
    self.domain = domain
    self.source = source
    self.expecting = expecting
    self.idempotencyKey = idempotencyKey
    self.requester = requester
  }
}

/// What became of a document: durable when it is returned.
package struct IntentReceipt: Sendable, Codable, Hashable {
  package let generation: Int64
  /// The domain had no document before.
  package let isFirst: Bool
  /// Equal to the newest one: nothing was written.
  package let isUnchanged: Bool
  package let operation: OperationStatus

  package init(generation: Int64, isFirst: Bool, isUnchanged: Bool, operation: OperationStatus) {
    self.generation = generation
    self.isFirst = isFirst
    self.isUnchanged = isUnchanged
    self.operation = operation
  }
}
