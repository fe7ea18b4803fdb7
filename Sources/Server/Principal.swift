package import Control

/// Who is at the other end of a connection, as the transport knows it, and what he may do.
package struct Principal: Sendable, Hashable {
  /// `uid:1000`, `token:ci`, `cert:controller.example`.
  package let name: String
  package let scopes: Set<Scope>
  /// Which domains; empty: every one.
  package let selector: DomainSelector

  package init(name: String, scopes: Set<Scope>, selector: DomainSelector = .every) {
    self.name = name
    self.scopes = scopes
    self.selector = selector
  }

  /// As the engine knows him.
  package var requester: Requester {
    Requester(name: name, trust: scopes.contains(.admin) ? .full : .filtered)
  }
}

/// The domains that a principal may look at or change: by name and by label, all of what is stated.
package struct DomainSelector: Sendable, Hashable {
  /// Patterns with `*` for any run of characters; one of them matches. Empty: any name.
  package var names: [String]
  /// Each must be there with this value.
  package var labels: [String: String]

  package init(names: [String] = [], labels: [String: String] = [:]) {
    self.names = names
    self.labels = labels
  }

  package static let every = DomainSelector()
}
