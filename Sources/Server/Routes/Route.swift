package import HTTPTypes

/// One route of the API, as data: it is registered, guarded and described from this, and from nothing else.
package struct Route: Sendable {
  /// Who may call it.
  package enum Access: Sendable, Hashable {
    /// Anybody, without being known.
    case anybody
    case scope(Scope)
    /// The scope that the verb in the body has on its own route.
    case verb

    package var scopes: [Scope] {
      switch self {
      case .anybody: []
      case .scope(let scope): [scope]
      case .verb: [.reconcile, .protect, .admin]
      }
    }
  }

  /// What of the host it shows or changes, against a principal's selector.
  package enum Reach: Sendable, Hashable {
    /// Nothing of this host.
    case nothing
    /// The domain `{name}`.
    case domain
    /// Everything: only for who may look at every domain.
    case host
    /// The handler leaves out what he may not see.
    case filtered
  }

  package struct Parameter: Sendable, Hashable {
    package enum Place: String, Sendable { case path, query, header }

    package let name: String
    package let place: Place
    package let schema: Schema
    package var isRepeated = false
    package let summary: String
  }

  package struct Body: Sendable, Hashable {
    /// The first is the one that answers have, too.
    package let types: [String]
    package let schema: Schema
    package let isRequired: Bool
    /// A description of a whole host is larger than a document.
    package var isLarge = false
  }

  package struct Answer: Sendable, Hashable {
    package struct Header: Sendable, Hashable {
      package let name: String
      package let summary: String
    }

    package let status: Int
    package let summary: String
    package var type: String?
    package var schema = Schema.any
    package var headers: [Header] = []
  }

  package let method: HTTPRequest.Method
  /// With parameters in braces: `/v1/domains/{name}`.
  package let path: String
  package let operationID: String
  package let summary: String
  package let access: Access
  package let reach: Reach
  package let parameters: [Parameter]
  package let body: Body?
  package let answers: [Answer]
  package let handler: RouteHandler

  package init(
    _ method: HTTPRequest.Method, _ path: String, _ operationID: String, _ summary: String, _ access: Access,
    _ reach: Reach, parameters: [Parameter] = [], body: Body? = nil, answers: [Answer], handler: @escaping RouteHandler
  ) {
    self.method = method
    self.path = path
    self.operationID = operationID
    self.summary = summary
    self.access = access
    self.reach = reach
    self.parameters = parameters
    self.body = body
    self.answers = answers
    self.handler = handler
  }
}
