package import Logging
import OperatorFiles
package import Server
package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// Who may do what, made of a configuration; and made anew of the next one while requests go on.
package struct AccessParts: Sendable {
  package let peers: PeerTable
  package let certificates: CertificateTable
  package let tokens: TokenTable
  package let limiter: RateLimiter
  package let audit: AuditLog?
  package let tls: TLSIdentity?
  package let gate: AccessGate

  /// - Throws: `usage` and `audit-failed`, with the file or the row.
  package init(_ settings: DaemonSettings, logger: Logger) throws(Problem) {
    peers = PeerTable(try AccessParts.rules(settings))
    certificates = CertificateTable(settings.certificates)
    tokens = TokenTable(try AccessParts.tokens(settings))
    limiter = RateLimiter(settings.rate)
    audit = if let file = settings.audit.file { try AuditLog(file) } else { nil }
    tls = try AccessParts.identity(settings)
    let kind: AccessGate.Audit =
      if let audit { settings.audit.required ? .required(audit) : .wanted(audit) } else { .off }
    gate = AccessGate(limiter, audit: kind, logger: logger)
  }

  package var authenticator: TransportAuthenticator {
    TransportAuthenticator(peers: peers, certificates: certificates, tokens: tokens)
  }

  /// The rows as numbers. A name that the host does not have is an error: a rule that silently is of nobody today may
  /// be of somebody tomorrow.
  static func rules(_ settings: DaemonSettings) throws(Problem) -> [PeerRule] {
    var rules: [PeerRule] = []
    let socketGroup = try group(of: settings)
    for row in settings.peers {
      let peer: PeerRule.Peer
      switch row.peer {
      case .uid(let uid): peer = .user(uid)
      case .daemon: peer = .user(geteuid())
      case .user(let name):
        guard let uid = Accounts.uid(ofUser: name) else {
          throw Problem("usage", "there is no user '\(name)' on this host", path: "peers")
        }
        peer = .user(uid)
      case .group(let name):
        guard let gid = Accounts.gid(ofGroup: name) else {
          throw Problem("usage", "there is no group '\(name)' on this host", path: "peers")
        }
        peer = .group(gid)
      case .socketGroup:
        guard let socketGroup else { continue }
        peer = .group(socketGroup)
      }
      rules.append(PeerRule(peer, scopes: row.scopes, selector: row.domains))
    }
    return rules
  }

  /// The group that the socket is for.
  package static func group(of settings: DaemonSettings) throws(Problem) -> UInt32? {
    guard let name = settings.socketGroup else { return nil }
    guard let gid = Accounts.gid(ofGroup: name) else {
      throw Problem("usage", "there is no group '\(name)' on this host", path: "socket.group")
    }
    return gid
  }

  /// No file, no tokens.
  static func tokens(_ settings: DaemonSettings) throws(Problem) -> [Token] {
    guard let path = settings.tokens else { return [] }
    return try TokenFile(path: path).read().records.map { record in
      Token(
        name: record.name, digest: record.digest, scopes: Set(record.scopes.compactMap(Scope.init)),
        selector: DomainSelector(names: record.names, labels: record.labels), expires: record.expires)
    }
  }

  /// TLS, or the reason why there need not be any.
  private static func identity(_ settings: DaemonSettings) throws(Problem) -> TLSIdentity? {
    let listen = settings.listen
    guard let text = listen.address else { return nil }
    let address = try ListenAddress(text)
    guard let certificate = listen.certificate, let key = listen.key else {
      guard listen.certificate == nil, listen.key == nil, listen.clientCA == nil else {
        throw Problem("usage", "TLS needs a certificate and its key", path: "listen")
      }
      guard address.isLoopback, listen.allowPlainLoopback else {
        throw Problem(
          "usage", "\(text) would listen without TLS", path: "listen",
          wanted: "listen.certificate and listen.key",
          remedy: address.isLoopback ? "or say --allow-plain-loopback, for tokens in the clear on this host" : nil)
      }
      return nil
    }
    // Read only to be refused where everybody may read it.
    _ = try OperatorFile(key, privacy: .noOthers)
    let clients: TLSIdentity.ClientCertificates
    if let authority = listen.clientCA {
      clients = settings.tokens == nil ? .required(authority: authority) : .optional(authority: authority)
    } else {
      clients = .none
    }
    return try TLSIdentity(certificate: certificate, key: key, clients: clients)
  }
}
