import OperatorFiles
package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// The place of the Unix socket: its folder, what an earlier daemon left there, and who may connect.
///
/// Only a process that holds the store may come here: a second daemon must not take the first one's socket away.
package struct ControlSocket: Sendable {
  package let path: String
  /// Whom it belongs to beside the daemon's user; `nil`: the daemon's own group.
  package let group: UInt32?

  package init(path: String, group: UInt32?) {
    self.path = path
    self.group = group
  }

  /// Makes room for the socket. A folder that is missing is made with mode 0750, for the socket's group; a socket that
  /// nobody answers on is removed.
  /// - Throws: `socket-taken` where somebody answers, `usage` where something else is in the way or the path is too long.
  package func prepare() throws(Problem) {
    guard path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
      throw Problem("usage", "\(path) is too long for a socket", path: path, wanted: "at most 107 bytes")
    }
    try makeFolder()
    switch try FileKind.at(path) {
    case .missing: return
    case .socket: break
    case .file, .other:
      throw Problem("usage", "\(path) is there and is no socket", path: path, remedy: "move it away")
    }
    guard !isAnswered() else {
      throw Problem(
        "socket-taken", "another process answers on \(path)", path: path,
        remedy: "stop it, or say --socket with another path")
    }
    guard unlink(path) == 0 || errno == ENOENT else { throw failed("removing the old", errno) }
  }

  /// Lets the group in, after binding. Until here the process's umask kept everybody else out.
  package func open() throws(Problem) {
    // The owner first: a mode must not hold for another group in between.
    if let group, lchown(path, uid_t.max, group) != 0 { throw failed("giving to group \(group)", errno) }
    guard chmod(path, 0o660) == 0 else { throw failed("setting the mode of", errno) }
  }

  /// Removes the socket. A failure leaves one that nobody answers on, which the next start removes.
  package func remove() { _ = unlink(path) }

  private func makeFolder() throws(Problem) {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    let folder = String(path[..<slash])
    if access(folder, F_OK) == 0 { return }
    guard mkdir(folder, 0o750) == 0 else {
      throw Problem(
        "usage", "the socket's folder \(folder) cannot be made: \(String(cString: strerror(errno)))", path: folder)
    }
    if let group, chown(folder, uid_t.max, group) != 0 { throw failed("giving the folder to group \(group) of", errno) }
    // The process's umask took the group's rights away.
    guard chmod(folder, 0o750) == 0 else { throw failed("setting the folder's mode of", errno) }
  }

  private func isAnswered() -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    // Who cannot tell does not remove.
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        connect(descriptor, general, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    // A full queue (EAGAIN) is somebody who is busy; only a refusal is nobody.
    return result == 0 || errno != ECONNREFUSED
  }

  private func failed(_ doing: String, _ number: Int32) -> Problem {
    Problem("usage", "\(doing) the socket \(path) failed: \(String(cString: strerror(number)))", path: path)
  }
}
