import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// A file below a folder, reached one component at a time and through no symbolic link: as `openat2` with
/// `RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS`, which Swift cannot call.
struct FolderWalk {
  enum Fault: Error, Equatable {
    case missing
    /// The component that is a link.
    case link(String)
    /// What is not what it should be: "a folder", "a fifo" …
    case kind(String)
    case unreadable(Int32)
  }

  /// What a file is and how it begins.
  struct Found {
    let size: UInt64
    let head: [UInt8]
  }

  private static let pathOnly: Int32 = 0o10000000

  /// Looks at a regular file and reads so many bytes of its beginning. `path` is normalised and below `root`, which may
  /// be a link itself: whoever allowed it chose it.
  static func look(_ path: String, below root: String, bytes: Int) throws(Fault) -> Found {
    var folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw fault(errno) }
    defer { close(folder) }
    var parts = path.dropFirst(root == "/" ? 0 : root.count).split(separator: "/").map(String.init)
    guard let name = parts.popLast() else { throw .kind("a folder") }
    for part in parts {
      let next = openat(folder, part, pathOnly | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else {
        let error = errno
        throw isLink(part, in: folder) ? .link(part) : fault(error)
      }
      close(folder)
      folder = next
    }
    if isLink(name, in: folder) { throw .link(name) }
    // What it is first: to open a device or a fifo is an act already.
    let looked = openat(folder, name, pathOnly | O_NOFOLLOW | O_CLOEXEC)
    guard looked >= 0 else { throw fault(errno) }
    defer { close(looked) }
    let before = try status(looked)
    if let kind = kind(before) { throw .kind(kind) }
    guard bytes > 0 else { return Found(size: UInt64(before.st_size), head: []) }
    let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw fault(errno) }
    defer { close(file) }
    let opened = try status(file)
    guard opened.st_ino == before.st_ino, opened.st_dev == before.st_dev else {
      throw .kind("exchanged while it was looked at")
    }
    return Found(size: UInt64(opened.st_size), head: try read(file, bytes))
  }

  private static func read(_ file: Int32, _ count: Int) throws(Fault) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = buffer.withUnsafeMutableBytes { bytes in
        pread(file, bytes.baseAddress?.advanced(by: filled), count - filled, off_t(filled))
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw fault(errno)
      }
      if got == 0 { break }
      filled += got
    }
    return Array(buffer.prefix(filled))
  }

  private static func isLink(_ name: String, in folder: Int32) -> Bool {
    var status = stat()
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  private static func status(_ file: Int32) throws(Fault) -> stat {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw fault(errno) }
    return status
  }

  /// `nil` for a regular file.
  private static func kind(_ status: stat) -> String? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "a folder"
    case S_IFBLK: "a block device"
    case S_IFCHR: "a character device"
    case S_IFIFO: "a fifo"
    case S_IFSOCK: "a socket"
    default: "no regular file"
    }
  }

  private static func fault(_ error: Int32) -> Fault {
    switch error {
    case ENOENT: .missing
    case ENOTDIR: .kind("below something that is no folder")
    default: .unreadable(error)
    }
  }
}
