import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A store from outside: its files, whose they are, and how much room is left. Opens none of them.
package struct StoreSurvey: Sendable {
  package struct File: Sendable, Hashable {
    package let path: String
    /// The permission bits.
    package let mode: UInt32
    package let owner: UInt32
    package let size: Int
  }

  package let folder: File?
  /// The store, its log, the log's index and its lock, as far as they are there.
  package let files: [File]
  /// Bytes that the file system has left; `nil` where that cannot be told.
  package let room: Int?
  /// Bytes of the log; those of an ended writer were left behind.
  package let logBytes: Int
  /// Rows that were taken out because they were damaged.
  package let aside: File?
  /// Stores that a restore replaced.
  package let replaced: [File]

  static let replacedInfix = ".replaced-"

  package init(of location: StoreLocation) {
    folder = StoreSurvey.file(location.folder)
    files = [location.path, location.walPath, location.sharedMemoryPath, location.lockPath]
      .compactMap(StoreSurvey.file)
    room = StoreFolder.room(at: location.path)
    logBytes = StoreFolder.size(of: location.walPath)
    aside = StoreSurvey.file(location.asidePath)
    let prefix = String(location.path.dropFirst(location.folder.count + 1)) + StoreSurvey.replacedInfix
    // A folder that cannot be listed has nothing to tell here; that it cannot be read is told by opening the store.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: location.folder)) ?? []
    replaced = names.filter { $0.hasPrefix(prefix) }.sorted()
      .compactMap { StoreSurvey.file(location.folder + "/" + $0) }
  }

  private static func file(_ path: String) -> File? {
    var status = Glibc.stat()
    guard stat(path, &status) == 0 else { return nil }
    return File(
      path: path, mode: UInt32(status.st_mode) & 0o7777, owner: UInt32(status.st_uid), size: Int(status.st_size))
  }
}
