/// Where requests come in.
package enum Listener: Sendable {
  /// A unix socket; who connects is known by the kernel. Its file gets this mode once it is there, and goes when the
  /// server stops.
  case unix(path: String, mode: UInt32 = 0o660)
  /// TCP, with TLS where there is an identity to show. Port 0: any that is free.
  case tcp(host: String, port: Int, TLSIdentity?)
}
