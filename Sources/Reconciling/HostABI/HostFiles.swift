import Foundation
import GuestABI

/// A host's files as its libvirt daemon sees them, which may live in a container or have another root than this
/// process.
struct HostFiles {
  /// What stands before every path.
  private let root: String

  /// `nil` where the host is another machine, or nobody answers there.
  init?(uri: String) {
    guard HostFactsGatherer.isLocal(uri), let socket = HostFiles.socket(of: uri),
      let daemon = HostFiles.peer(of: socket)
    else { return nil }
    let seen = "/proc/\(daemon)/root"
    // Only root may look there; for everybody else the daemon has the root that everybody has.
    root = access(seen + "/usr", R_OK | X_OK) == 0 ? seen : ""
  }

  func list(_ folders: [String]) -> HostFileList {
    var list = HostFileList()
    for folder in folders {
      // A folder that is not there has no files: that is an answer too.
      let names = (try? FileManager.default.contentsOfDirectory(atPath: root + resolved(folder))) ?? []
      var sizes: [String: UInt64] = [:]
      for name in names { sizes[name] = size(of: folder + "/" + name) }
      list.folders[folder] = sizes
    }
    return list
  }

  func exists(_ path: String) -> Bool { size(of: path) != nil }

  private func size(of path: String) -> UInt64? {
    var status = stat()
    guard stat(root + resolved(path), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return UInt64(max(0, status.st_size))
  }

  /// Follows links inside the daemon's root: the kernel would follow an absolute one in this process's.
  private func resolved(_ path: String) -> String {
    guard !root.isEmpty else { return path }
    var parts = path.split(separator: "/").map(String.init)[...]
    var found: [String] = []
    var links = 0
    while let part = parts.popFirst() {
      if part == ".." {
        _ = found.popLast()
        continue
      }
      let here = root + "/" + (found + [part]).joined(separator: "/")
      guard links < HostFiles.longestChain,
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: here)
      else {
        found.append(part)
        continue
      }
      links += 1
      if target.hasPrefix("/") { found = [] }
      parts = target.split(separator: "/").filter { $0 != "." }.map(String.init) + parts
    }
    return "/" + found.joined(separator: "/")
  }

  /// As the kernel's `MAXSYMLINKS`.
  private static let longestChain = 40

  // MARK: Who answers

  private static func socket(of uri: String) -> String? {
    let query = uri.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    for pair in query.split(separator: "&") where pair.hasPrefix("socket=") {
      return String(pair.dropFirst(7)).removingPercentEncoding
    }
    let folder =
      uri.contains("/session")
      ? (ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"] ?? "/run/user/\(getuid())") : "/run"
    return ["libvirt-sock", "virtqemud-sock"].map { "\(folder)/libvirt/\($0)" }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The process that listens there, by the number that it has here.
  private static func peer(of path: String) -> Int32? {
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isConnected else { return nil }
    // struct ucred: pid, uid, gid.
    var credentials: [Int32] = [0, 0, 0]
    var length = socklen_t(3 * MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0, credentials[0] > 0 else {
      return nil
    }
    return credentials[0]
  }
}
