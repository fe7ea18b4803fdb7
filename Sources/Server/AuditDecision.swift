/// What was decided about one request. Holds nothing of a body: a document may have a secret that it is refused for.
package struct AuditDecision: Sendable, Hashable, Codable {
  package enum Outcome: String, Sendable, Hashable, Codable {
    /// Let through, and the control took it.
    case allowed
    /// Not let through: unknown, without the scope, not his domain, too many, too large.
    case refused
    /// Let through, and the control said no or could not.
    case failed
  }

  /// Milliseconds since 1970.
  package let at: Int64
  /// As in the answer's `X-Request-Id` and in the log.
  package let requestID: String
  /// The principal's name; `nil` where nobody was known.
  package let actor: String?
  /// The scope that the route asks for; `nil` where it asks for none.
  package let scope: Scope?
  package let method: String
  /// As it was asked for, without the query.
  package let path: String
  package let domain: String?
  /// `sha256:…` of the document that was given.
  package let digest: String?
  /// The HTTP status.
  package let status: Int
  package let outcome: Outcome

  package init(
    at: Int64, requestID: String, actor: String?, scope: Scope?, method: String, path: String, domain: String? = nil,
    digest: String? = nil, status: Int, outcome: Outcome
  ) {
    self.at = at
    self.requestID = requestID
    self.actor = actor
    self.scope = scope
    self.method = method
    self.path = path
    self.domain = domain
    self.digest = digest
    self.status = status
    self.outcome = outcome
  }
}
