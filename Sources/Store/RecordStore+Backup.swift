import Foundation
import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// A copy that was made of a store.
package struct StoreBackup: Sendable, Hashable {
  package let path: String
  package let bytes: Int
  package let domains: Int
  package let schema: Int
}

extension RecordStore {
  /// Copies the store to a file of its own, beside whoever reads and writes it: one state of it, checked row by row,
  /// for its owner alone, durable and complete when its name appears.
  /// - Parameters:
  ///   - path: the file.
  ///   - overwriting: whether a file that is there may be replaced.
  /// - Returns: what is in the file.
  /// - Throws: `.taken`; `.corrupt` where the store has damage, which a backup would only keep.
  package func backUp(to path: String, overwriting: Bool = false) async throws(StoreError) -> StoreBackup {
    let target = StoreLocation(path: path)
    guard !StoreFolder.isSame(target.path, location.path) else { throw StoreError(.taken, path: target.path) }
    if !overwriting, StoreFolder.exists(target.path) { throw StoreError(.taken, path: target.path) }
    let draft = StoreDraft(path: target.path + ".\(getpid()).part")
    defer { draft.discard() }
    try draft.make()
    let storePath = location.path
    try await read { connection in
      // Again where a writer came in the middle of the first: what is there is overwritten.
      let copy = try Connection(filling: draft.path)
      do { try connection.copy(to: copy) } catch { throw StoreError(error, path: storePath) }
    }
    let backup = try await verified(draft, as: target)
    try draft.publish(as: target.path, overwriting: overwriting)
    return backup
  }

  private func verified(
    _ draft: StoreDraft, as target: StoreLocation
  ) async throws(StoreError) -> StoreBackup {
    guard let copy = try RecordStore.openForReading(StoreLocation(path: draft.path)) else {
      throw StoreError(.notAStore, path: target.path)
    }
    if let damage = try await copy.check().first {
      throw StoreError(damage.kind, path: location.path, underlying: "a backup would keep the damage")
    }
    let backup = StoreBackup(
      path: target.path, bytes: StoreFolder.size(of: draft.path), domains: try await copy.summaries().count,
      schema: try await copy.settings().schema)
    try copy.close()
    return backup
  }
}

/// A file that is not yet what it is to be: made for its owner alone, and gone unless it is published.
struct StoreDraft: Sendable {
  let path: String

  func make() throws(StoreError) {
    discard()
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
    _ = Glibc.close(descriptor)
  }

  /// Best effort: what stays is a file under a name that says what it was.
  func discard() {
    for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
  }

  /// Gives the file its name, durable when it returns. Whoever looks under the name sees the old file or the new one.
  func publish(as name: String, overwriting: Bool) throws(StoreError) {
    try StoreDraft.flush(path)
    if overwriting {
      guard rename(path, name) == 0 else { throw StoreError(errno: errno, path: name) }
    } else {
      // Unlike a rename, a link does not replace what came there meanwhile.
      guard link(path, name) == 0 else {
        if errno == EEXIST { throw StoreError(.taken, path: name) }
        throw StoreError(errno: errno, path: name)
      }
      unlink(path)
    }
    try StoreDraft.flush(StoreLocation(path: name).folder)
  }

  /// Waits until a file or folder is on the disk.
  static func flush(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
    defer { _ = Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw StoreError(errno: errno, path: path) }
  }
}

extension StoreFolder {
  /// Whether two names are of one file.
  static func isSame(_ path: String, _ other: String) -> Bool {
    var first = Glibc.stat()
    var second = Glibc.stat()
    guard path != other else { return true }
    guard stat(path, &first) == 0, stat(other, &second) == 0 else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
