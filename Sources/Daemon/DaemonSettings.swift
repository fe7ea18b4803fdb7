package import Intent
package import Logging
package import Server

/// What a daemon is configured to: by its file, then the environment, then flags.
package struct DaemonSettings: Sendable, Hashable {
  /// A TCP listener.
  package struct Listen: Sendable, Hashable {
    /// `0.0.0.0:8443`, `[::1]:8443`; `nil`: no TCP.
    package var address: String?
    package var certificate: String?
    package var key: String?
    /// Whose client certificates are believed; `nil`: none are asked for.
    package var clientCA: String?
    /// Takes tokens in the clear from processes of this host.
    package var allowPlainLoopback = false
  }

  package struct Audit: Sendable, Hashable {
    package var file: String?
    /// Refuses changes while the file cannot be written.
    package var required = false
  }

  package struct Log: Sendable, Hashable {
    package var level = Logger.Level.info
    package var format = DaemonLogHandler.Format.text
  }

  /// Who a row of `peers` is of, in the words of the file.
  package enum Peer: Sendable, Hashable {
    case user(String)
    case uid(UInt32)
    case group(String)
    /// The daemon's own user.
    case daemon
    /// The group that the socket belongs to.
    case socketGroup
  }

  package struct PeerRow: Sendable, Hashable {
    package let peer: Peer
    package let scopes: Set<Scope>
    package let domains: DomainSelector

    package init(_ peer: Peer, scopes: Set<Scope>, domains: DomainSelector = .every) {
      self.peer = peer
      self.scopes = scopes
      self.domains = domains
    }
  }

  /// As virsh's `-c`; `nil`: `LIBVIRT_DEFAULT_URI`, else libvirt's own choice.
  package var connect: String?
  package var store: String
  package var socketPath: String
  package var socketGroup: String?
  package var listen = Listen()
  /// Between two looks at a domain that nothing was heard of, in milliseconds.
  package var resync: Int64 = 30_000
  /// How long what is known of a domain that went to another host by migration is kept, in milliseconds.
  package var migratedKept: Int64 = 7 * 86_400_000
  /// How many domains are worked at side by side: libvirtd serves five calls of a client at once.
  package var parallel = 4
  /// What documents of those without the `admin` scope may name.
  package var policy = DocumentPolicy()
  package var rate = RateLimiter.Rate()
  package var limits = ServerLimits()
  package var audit = Audit()
  /// The file of tokens; one that is not there has none.
  package var tokens: String?
  package var certificates: [CertificateRule] = []
  package var peers = DaemonSettings.standardPeers
  package var log = Log()

  /// Root and the daemon's own user are root on the host as far as libvirt goes; whom the operator put into the
  /// socket's group may look, and keep domains as wanted.
  package static let standardPeers = [
    PeerRow(.uid(0), scopes: Set(Scope.allCases)), PeerRow(.daemon, scopes: Set(Scope.allCases)),
    PeerRow(.socketGroup, scopes: [.read, .reconcile]),
  ]

  package static let standardFile = "/etc/vmctl/vmctld.yaml"
}
