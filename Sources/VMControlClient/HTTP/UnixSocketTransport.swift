internal import Glibc
package import Vocabulary

/// A daemon behind a Unix socket.
package struct UnixSocketTransport: HTTPTransport {
  package let address: String
  /// How long a listener may leave a connection waiting that it has not accepted.
  private static let patience = timeval(tv_sec: 5, tv_usec: 0)

  package init(path: String) {
    address = path
  }

  package func connect() throws(Problem) -> any HTTPConnection {
    switch UnixSocketTransport.open(address) {
    case .success(let connection): return connection
    case .failure(let error): throw UnixSocketTransport.problem(error.number, address)
    }
  }

  /// Whether somebody listens there: 0, or what `connect` said (`errno`).
  package static func probe(_ path: String) -> Int32 {
    switch open(path) {
    case .success: 0
    case .failure(let error): error.number
    }
  }

  private struct SystemError: Error { let number: Int32 }

  private static func open(_ path: String) -> Result<UnixSocketConnection, SystemError> {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    // The path and the zero that ends it.
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.isEmpty, !bytes.contains(0) else {
      return .failure(SystemError(number: ENAMETOOLONG))
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return .failure(SystemError(number: errno)) }
    let connection = UnixSocketConnection(descriptor)
    var patience = patience
    // Refused, a connect to a full queue blocks for longer; it still ends with the listener.
    _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return result == 0 ? .success(connection) : .failure(SystemError(number: errno))
  }

  private static func problem(_ number: Int32, _ path: String) -> Problem {
    let words = String(cString: strerror(number))
    let remedy =
      switch number {
      case EACCES, EPERM: "the group of the socket may use it: `ls -l \(path)`"
      case EAGAIN, ETIMEDOUT: "the daemon accepts no connections: `systemctl status vmctld`"
      default: "start it: `systemctl start vmctld`, or `vmctld --socket \(path)`"
      }
    return Problem(
      "no-daemon", "there is no vmctld at \(path): \(words)", path: path, remedy: remedy, underlying: words)
  }
}

/// One connection. Closed when the last reference goes, so `interrupt` never meets a number that is somebody else's.
final class UnixSocketConnection: HTTPConnection {
  private static let piece = 64 << 10
  private let descriptor: Int32

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8], within patience: Duration?) throws(ConnectionFault) {
    var sent = 0
    while sent < bytes.count {
      try wait(for: POLLOUT, patience)
      let count = bytes.withUnsafeBytes { buffer in
        // Without a SIGPIPE where the daemon has gone.
        Glibc.send(
          descriptor, buffer.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < 0, [EINTR, EAGAIN].contains(errno) { continue }
      guard count >= 0 else { throw .system(errno) }
      sent += count
    }
  }

  func receive(within patience: Duration?) throws(ConnectionFault) -> [UInt8] {
    while true {
      try wait(for: POLLIN, patience)
      var count = 0
      var number: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: UnixSocketConnection.piece) { buffer, used in
        count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        number = errno
        used = max(0, count)
      }
      if count < 0, [EINTR, EAGAIN].contains(number) { continue }
      guard count >= 0 else { throw .system(number) }
      return bytes
    }
  }

  func interrupt() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func wait(for event: Int32, _ patience: Duration?) throws(ConnectionFault) {
    let milliseconds = patience.map { Int32(clamping: max(1, $0.milliseconds)) } ?? -1
    while true {
      var poll = pollfd(fd: descriptor, events: Int16(event), revents: 0)
      let count = Glibc.poll(&poll, 1, milliseconds)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .system(errno) }
      guard count > 0 else { throw .timeout }
      return
    }
  }
}

extension Duration {
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
