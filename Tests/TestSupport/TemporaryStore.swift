import Foundation
package import Store

/// A place for a store in a folder of its own, which goes with the value.
///
/// In memory where there is a place for that: what the tests prove does not depend on the disk, and a busy disk takes
/// 50 ms and more for each of their commits.
package final class TemporaryStore: Sendable {
  package let folder: String
  package let location: StoreLocation

  package convenience init() throws {
    let memory = "/dev/shm/"
    try self.init(in: FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory())
  }

  package init(in parent: String) throws {
    folder = parent + "/vmctl-store-" + UUID().uuidString
    location = StoreLocation(path: folder + "/vmctl.db")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    // A folder that stays is only litter in the temporary directory.
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The store is lost; its folder stays.
  package func remove() throws {
    for path in [location.path, location.walPath, location.sharedMemoryPath] {
      if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }
  }

  /// Opens the store for writing, with its lock. Made where it is not there.
  package func writing() async throws -> RecordStore {
    let lock = try await StoreLock.acquire(location, command: "test", since: Timestamp(milliseconds: 0))
    return try RecordStore.openForWriting(location, lock: lock)
  }
}
