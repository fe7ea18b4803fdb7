package import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// What the bearer of a client certificate may do, by a name that the certificate was issued for.
package struct CertificateRule: Sendable, Hashable {
  /// A kind of subject alternative name (RFC 5280, 4.2.1.6). The subject's common name is not one: it has no kind.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case dns
    case uri
    case email
  }

  package let kind: Kind
  /// With `*` for any run of characters.
  package let pattern: String
  package let scopes: Set<Scope>
  package let selector: DomainSelector

  package init(_ kind: Kind, _ pattern: String, scopes: Set<Scope>, selector: DomainSelector = .every) {
    self.kind = kind
    self.pattern = pattern
    self.scopes = scopes
    self.selector = selector
  }

  /// The case of a DNS name has no meaning (RFC 4343).
  fileprivate func fits(_ name: String) -> Bool {
    let (pattern, name) = kind == .dns ? (pattern.lowercased(), name.lowercased()) : (pattern, name)
    return DomainSelector.matches(Array(pattern.utf8), Array(name.utf8))
  }
}

/// Which scopes the bearers of client certificates have. The first rule that fits any of the certificate's names
/// decides. Whether the certificate is to be believed was settled in the handshake.
package final class CertificateTable: Sendable {
  private let rules: Mutex<[CertificateRule]>
  private let now: @Sendable () -> Int64

  package init(_ rules: [CertificateRule] = [], now: @escaping @Sendable () -> Int64 = AccessClock.wall) {
    self.rules = Mutex(rules)
    self.now = now
  }

  /// From the next request on.
  package func replace(with rules: [CertificateRule]) { self.rules.withLock { $0 = rules } }

  /// - Returns: `nil` where no rule fits, or the certificate has expired since the connection was made.
  package func principal(of certificate: NIOSSLCertificate) -> Principal? {
    guard Int64(certificate.notValidAfter) * 1000 > now() else { return nil }
    let names = CertificateTable.names(of: certificate)
    for rule in rules.withLock({ $0 }) {
      for name in names where name.kind == rule.kind && rule.fits(name.text) {
        return Principal(name: "cert:\(name.text)", scopes: rule.scopes, selector: rule.selector)
      }
    }
    return nil
  }

  private static func names(of certificate: NIOSSLCertificate) -> [(kind: CertificateRule.Kind, text: String)] {
    // What cannot be read names nobody.
    guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes),
      let names = try? parsed.extensions.subjectAlternativeNames
    else { return [] }
    return names.compactMap { name in
      switch name {
      case .dnsName(let text): (.dns, text)
      case .uniformResourceIdentifier(let text): (.uri, text)
      case .rfc822Name(let text): (.email, text)
      default: nil
      }
    }
  }
}
