package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// What is at a path, itself and not where a link leads.
package enum FileKind: Sendable, Hashable {
  case missing
  case file
  case socket
  case other

  /// - Throws: `usage` where that cannot be told.
  package static func at(_ path: String) throws(Problem) -> FileKind {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return .missing }
      throw Problem("usage", "\(path) cannot be looked at: \(String(cString: strerror(errno)))", path: path)
    }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFSOCK: .socket
    default: .other
    }
  }
}
