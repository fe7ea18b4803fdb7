import Logging
import Store
import Vocabulary

/// What documents say of a domain that is asked for without looking at it: labels and role.
extension Resident {
  /// Reads the documents of those that were not read since the start.
  func read(_ entries: [DirectoryEntry]) async throws(Problem) {
    let store = try held.surroundings().store
    for entry in entries where directory[entry.name]?.isUnread == true {
      // One that is damaged says nothing; its condition says that it is.
      let file = try await stored { () throws(StoreError) in try await store.file(of: entry.key, hasDevices: false) }
      let row = file?.intent
      let document = try? row.map { (row) throws(Problem) in try parsed(row, entry.name) }
      directory.change(entry.name) { entry in
        guard entry.isUnread, row == nil || entry.generation == row?.generation else { return }
        if let document { entry.take(document) }
        entry.isRead = true
      }
    }
  }

  /// Whether it could be the one that runs the caller: only such a document is held against what would be cut off.
  func mayBeController(_ entry: DirectoryEntry?) async throws(Problem) -> Bool {
    guard let entry else { return false }
    try await read([entry])
    return directory[entry.name]?.role != nil
  }

  /// Reads all of them, once the daemon is ready.
  func readAhead() async {
    while !held.change({ $0.isReady }) {
      guard !held.isStopping, (try? await time.clock.sleep(for: .milliseconds(100))) != nil else { return }
    }
    for entry in directory.all where entry.isUnread {
      if held.isStopping { return }
      do throws(Problem) {
        try await read([entry])
      } catch {
        // It is read when it is asked for, and whoever asks is told.
        log.warning("a document could not be read", metadata: ["domain": "\(entry.name)", "error": "\(error.message)"])
      }
    }
  }
}
