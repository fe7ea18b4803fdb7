import Digests
import Synchronization
package import Vocabulary

/// A bearer token that may be used: its digest, and what its bearer may do.
package struct Token: Sendable {
  package let name: String
  /// SHA-256 of the token's text.
  package let digest: Digest
  package let scopes: Set<Scope>
  package let selector: DomainSelector
  /// Milliseconds since 1970; `nil`: never.
  package let expires: Int64?

  package init(name: String, digest: Digest, scopes: Set<Scope>, selector: DomainSelector, expires: Int64?) {
    self.name = name
    self.digest = digest
    self.scopes = scopes
    self.selector = selector
    self.expires = expires
  }
}

/// The tokens that are taken.
package final class TokenTable: Sendable {
  /// No header that is longer is a token of ours.
  private static let longest = 512

  private let tokens: Mutex<[Token]>
  private let now: @Sendable () -> Int64

  /// `now` is in milliseconds since 1970.
  package init(_ tokens: [Token] = [], now: @escaping @Sendable () -> Int64 = AccessClock.wall) {
    self.tokens = Mutex(tokens)
    self.now = now
  }

  /// From the next request on.
  package func replace(with tokens: [Token]) { self.tokens.withLock { $0 = tokens } }

  package var count: Int { tokens.withLock { $0.count } }

  /// Whose token this is, if it has not expired.
  ///
  /// All digests are compared, each as a whole: how long it takes tells nothing of how near a guess was. (It would tell
  /// of the digest only, and nobody finds a token of 32 random bytes through its digest.)
  package func principal(bearing text: String) -> Principal? {
    guard text.utf8.count <= TokenTable.longest else { return nil }
    let digest = Digest(of: text)
    var found: Token?
    for token in tokens.withLock({ $0 }) where TokenTable.areEqual(token.digest, digest) { found = token }
    guard let found else { return nil }
    if let expires = found.expires, now() >= expires { return nil }
    return Principal(name: "token:\(found.name)", scopes: found.scopes, selector: found.selector)
  }

  private static func areEqual(_ left: Digest, _ right: Digest) -> Bool {
    let (a, b) = (left.words, right.words)
    return (a.0 ^ b.0) | (a.1 ^ b.1) | (a.2 ^ b.2) | (a.3 ^ b.3) == 0
  }
}
