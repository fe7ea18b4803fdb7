package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// A file that an operator writes, read whole and only where it is as safe as what it holds.
package struct OperatorFile: Sendable {
  /// Who may read the file.
  package enum Privacy: Sendable {
    /// Anybody may.
    case open
    /// Its owner only, who is root or this process's user: it says who may do what.
    case owner
    /// Not everybody: a TLS key often belongs to a group of its own.
    case noOthers
  }

  /// What changes when somebody writes or replaces the file.
  package struct Stamp: Sendable, Hashable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let seconds: Int
    let nanoseconds: Int

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      size = Int64(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  /// More than any of these files has: `/dev/zero` never ends.
  private static let limit = 4 << 20

  package let path: String
  package let bytes: [UInt8]
  package let stamp: Stamp

  /// - Throws: `usage`, where it cannot be read, is no plain file, or others may read or own it.
  package init(_ path: String, privacy: Privacy = .open) throws(Problem) {
    self.path = path
    // A link of a private file may be anybody's; a pipe must not hold the daemon up.
    let links = privacy == .open ? 0 : O_NOFOLLOW
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | links)
    guard descriptor >= 0 else { throw OperatorFile.unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw OperatorFile.unreadable(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw Problem("usage", "\(path) is no plain file", path: path) }
    try OperatorFile.check(status, path, privacy)
    stamp = Stamp(status)
    bytes = try OperatorFile.read(descriptor, path)
  }

  /// What the file is now; `nil` where there is none.
  package static func stamp(of path: String) -> Stamp? {
    var status = stat()
    return stat(path, &status) == 0 ? Stamp(status) : nil
  }

  private static func check(_ status: stat, _ path: String, _ privacy: Privacy) throws(Problem) {
    let mode = status.st_mode & 0o7777
    let excess: mode_t
    switch privacy {
    case .open: return
    case .owner: excess = 0o077
    case .noOthers: excess = 0o007
    }
    guard mode & excess == 0 else {
      throw Problem(
        "usage", "\(path) is open to others", path: path,
        wanted: "mode \(String(mode & ~excess, radix: 8)) or less", found: "mode \(String(mode, radix: 8))",
        remedy: "chmod \(privacy == .owner ? "600" : "640") \(path)")
    }
    guard status.st_uid == 0 || status.st_uid == geteuid() else {
      throw Problem(
        "usage", "\(path) belongs to somebody else", path: path, wanted: "root or user \(geteuid()) as owner",
        found: "user \(status.st_uid)")
    }
  }

  private static func read(_ descriptor: Int32, _ path: String) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, errno) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= limit else {
        throw Problem("usage", "\(path) is too large", path: path, wanted: "at most \(limit) bytes")
      }
    }
  }

  private static func unreadable(_ path: String, _ number: Int32) -> Problem {
    if number == ELOOP {
      return Problem("usage", "\(path) is a symbolic link", path: path, remedy: "name the file itself")
    }
    return Problem("usage", "\(path) cannot be read: \(String(cString: strerror(number)))", path: path)
  }
}
