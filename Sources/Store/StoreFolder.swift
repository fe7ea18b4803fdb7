import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The folder and the empty file of a store that is not there yet.
enum StoreFolder {
  /// Makes the folder with mode 0700; one that is there is left as it is.
  static func make(for location: StoreLocation) throws(StoreError) {
    let folder = location.folder
    if access(folder, F_OK) == 0 { return }
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      let code = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError)?.code
      throw StoreError(errno: code.map(Int32.init) ?? EIO, path: folder)
    }
  }

  /// Makes the file with mode 0600 where there is none; SQLite gives `-wal` and `-shm` the mode of the file.
  ///
  /// A file that is there is not opened: closing any descriptor of it would drop the locks that SQLite holds on it in
  /// this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
  static func makeFile(at location: StoreLocation) throws(StoreError) {
    if exists(location.path) { return }
    let descriptor = open(location.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw StoreError(errno: errno, path: location.path) }
    _ = Glibc.close(descriptor)
  }

  /// The size in bytes; 0 where there is no such file.
  static func size(of path: String) -> Int {
    var status = Glibc.stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// How much room the file system of a path has left for its user, in bytes; `nil` where that cannot be told.
  static func room(at path: String) -> Int? {
    var status = statvfs()
    let folder = StoreLocation(path: path).folder
    guard statvfs(folder, &status) == 0 else { return nil }
    // Some of the room is root's alone.
    return Int(geteuid() == 0 ? status.f_bfree : status.f_bavail) * Int(status.f_frsize)
  }

  /// Whether not even the smallest file fits.
  static func isFull(_ path: String) -> Bool { room(at: path).map { $0 < 64 << 10 } ?? false }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The log's header in bytes. A log without a page after it holds nothing, and a reader that is given one of exactly
  /// this size with `readonly_shm` spins for 10 s and fails with SQLITE_PROTOCOL: SQLite 3.40 does not take the salts
  /// from it (`walIndexRecover`, found by killing a writer at its 14th `pwrite`).
  private static let logHeader = 32

  /// What changes on a store's file when somebody writes it.
  struct Stamp: Sendable, Equatable {
    let size: Int
    let inode: UInt64
    let seconds: Int
    let nanoseconds: Int
    /// Whether the write-ahead log holds anything: it does while somebody writes, and after a kill.
    let hasLog: Bool
  }

  /// - Returns: `nil` where there is no store.
  /// - Throws: `.denied` and the like where that cannot be told.
  static func stamp(of location: StoreLocation) throws(StoreError) -> Stamp? {
    let hasLog = size(of: location.walPath) > logHeader
    var status = Glibc.stat()
    guard stat(location.path, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw StoreError(errno: errno, path: location.path)
    }
    guard access(location.path, R_OK) == 0 else { throw StoreError(errno: errno, path: location.path) }
    return Stamp(
      size: Int(status.st_size), inode: UInt64(status.st_ino), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec, hasLog: hasLog)
  }
}

extension StoreError {
  init(errno code: Int32, path: String) {
    let kind: Kind =
      switch code {
      case EACCES, EPERM: .denied
      case EROFS: .readOnly
      case ENOSPC, EDQUOT: .diskFull
      default: .io
      }
    self.init(kind, path: path, underlying: String(cString: strerror(code)))
  }
}
