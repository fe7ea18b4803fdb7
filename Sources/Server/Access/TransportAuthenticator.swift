package import HTTPTypes
package import NIOCore
import NIOSSL

/// Knows a request's sender by his connection: a Unix socket's peer by the kernel's word, a TLS client by his
/// certificate; and anybody by a bearer token. Nothing that a body or another header says counts.
package struct TransportAuthenticator: Authenticator {
  private let peers: PeerTable
  private let certificates: CertificateTable
  private let tokens: TokenTable

  package init(peers: PeerTable, certificates: CertificateTable, tokens: TokenTable) {
    self.peers = peers
    self.certificates = certificates
    self.tokens = tokens
  }

  package func principal(of channel: any Channel, _ head: HTTPRequest) async -> Principal? {
    // Who shows a token is who the token says, and nobody where it is wrong: a program that was given narrow rights
    // must not fall back to the wide ones of the user it runs as.
    if let authorization = head.headerFields[.authorization] {
      return TransportAuthenticator.bearer(authorization).flatMap { tokens.principal(bearing: $0) }
    }
    if let peer = await PeerCredentials.of(channel) { return peers.principal(of: peer) }
    // A connection without TLS has no such handler, and no certificate.
    guard let found = try? await channel.nioSSL_peerCertificate().get() else { return nil }
    return certificates.principal(of: found)
  }

  /// RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, 11.1).
  private static func bearer(_ text: String) -> String? {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
    let token = parts[1].drop { $0 == " " }
    return token.isEmpty ? nil : String(token)
  }
}
