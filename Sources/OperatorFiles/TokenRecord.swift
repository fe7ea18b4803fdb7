package import Vocabulary

/// A bearer token as it is kept: its digest, never the token.
package struct TokenRecord: Sendable, Hashable {
  /// For the audit log and for taking it back; no two have the same.
  package let name: String
  /// SHA-256 of the token's text. Unsalted and fast, which is right for 32 random bytes: nobody guesses those, and a
  /// slow hash would only slow each request down.
  package let digest: Digest
  package let scopes: [String]
  /// Which domains: patterns of names, and labels. Both empty: every one.
  package let names: [String]
  package let labels: [String: String]
  /// Milliseconds since 1970; `nil`: never.
  package let expires: Int64?

  package init(
    name: String, digest: Digest, scopes: [String], names: [String] = [], labels: [String: String] = [:],
    expires: Int64?
  ) {
    self.name = name
    self.digest = digest
    self.scopes = scopes
    self.names = names
    self.labels = labels
    self.expires = expires
  }

  /// The words for scopes, as the server knows them.
  package static let scopes = ["read", "reconcile", "protect", "admin"]

  package static let nameRule = "[A-Za-z0-9][A-Za-z0-9_.-]{0,62}"

  package static func isName(_ text: String) -> Bool { DomainName(text) != nil }
}
