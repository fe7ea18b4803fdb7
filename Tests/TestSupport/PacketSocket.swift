import Glibc
import Synchronization

/// One end of a unix socket that carries libvirt's packets. One thread reads, any may write.
final class PacketSocket: Sendable {
  /// Closed when nobody holds this any more, so that its number is never another's while somebody may use it.
  private let descriptor: Int32
  /// A packet goes out in one piece.
  private let writing = Mutex(())

  init(owning descriptor: Int32) { self.descriptor = descriptor }

  /// - Throws: where nobody listens at `path`.
  convenience init(connectingTo path: String) throws {
    self.init(owning: try PacketSocket.make())
    let result = try PacketSocket.withAddress(path) { connect(descriptor, $0, $1) }
    guard result == 0 else { throw SocketFailure("connect to \(path)") }
  }

  convenience init(listeningAt path: String) throws {
    self.init(owning: try PacketSocket.make())
    let result = try PacketSocket.withAddress(path) { bind(descriptor, $0, $1) }
    guard result == 0, listen(descriptor, 16) == 0 else { throw SocketFailure("listen at \(path)") }
  }

  deinit { close(descriptor) }

  /// The next who connects; `nil` when this was cut.
  func accept() -> PacketSocket? {
    while true {
      let accepted = Glibc.accept(descriptor, nil, nil)
      if accepted >= 0 {
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return PacketSocket(owning: accepted)
      }
      guard errno == EINTR || errno == ECONNABORTED else { return nil }
    }
  }

  /// The next packet; `nil` at the end.
  func read() -> RPCPacket? {
    guard var bytes = read(4), let length = RPCPacket.length(bytes), let rest = read(length - 4) else { return nil }
    bytes += rest
    return RPCPacket(bytes: bytes)
  }

  private func read(_ count: Int) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = recv(descriptor, base + filled, count - filled, 0)
        if got > 0 {
          filled += got
        } else if got == 0 || errno != EINTR {
          return
        }
      }
    }
    return bytes.count == count ? bytes : nil
  }

  /// A packet for someone who has gone is dropped: the reader of this socket learns of that by itself.
  func write(_ packet: RPCPacket) {
    writing.withLock { _ in
      packet.bytes.withUnsafeBytes { buffer in
        var sent = 0
        while sent < buffer.count, let base = buffer.baseAddress {
          let count = send(descriptor, base + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
          if count >= 0 {
            sent += count
          } else if errno != EINTR {
            return
          }
        }
      }
    }
  }

  /// Ends both directions at once: who reads here or at the other end finds the end.
  func cut() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private static func make() throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SocketFailure("socket") }
    return descriptor
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw SocketFailure("\(path): too long for a socket")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}

package struct SocketFailure: Error, CustomStringConvertible {
  package let description: String

  init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}
