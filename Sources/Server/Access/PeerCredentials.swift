package import NIOCore

#if canImport(Glibc)
  import Glibc
#endif

/// Who connected to a Unix socket, as the kernel noted it at that moment (unix(7), SO_PEERCRED): the peer can neither
/// choose it nor change it.
package struct PeerCredentials: Sendable, Hashable {
  package let pid: Int32
  package let uid: UInt32
  /// The group at the time of connecting; the user's other groups are the user database's.
  package let gid: UInt32

  package init(pid: Int32, uid: UInt32, gid: UInt32) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }

  /// `struct ucred` of <sys/socket.h>, which Swift's Glibc does not have: three 32-bit numbers in this order.
  private struct Kernel: Sendable, BitwiseCopyable {
    var pid: pid_t
    var uid: uid_t
    var gid: gid_t
  }

  /// - Returns: `nil` where the channel is no Unix socket, or the kernel does not say.
  package static func of(_ channel: any Channel) async -> PeerCredentials? {
    guard case .unixDomainSocket? = channel.localAddress, let options = channel as? any SocketOptionProvider else {
      return nil
    }
    // The size is that of the kernel's structure, which is what this call's safety hangs on.
    let asked: EventLoopFuture<Kernel> = options.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
    // Who went away in the meantime is nobody.
    guard let found = try? await asked.get() else { return nil }
    return PeerCredentials(pid: found.pid, uid: found.uid, gid: found.gid)
  }
}
