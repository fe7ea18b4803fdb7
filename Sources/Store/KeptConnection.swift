#if Faults
  import Synchronization

  /// A writer that ended in order leaves its connection here, and the next one of the same store takes it: to open a
  /// store and to prepare its statements anew is a third of what a simulated command does.
  ///
  /// Whoever plays the death of a process drops it: no connection outlives its process.
  package final class KeptConnection: Sendable {
    private let connection = Mutex<WritingConnection?>(nil)

    package init() {}

    /// Closes what is kept.
    package func drop() throws(StoreError) { try replace(with: nil)?.close() }

    /// What is kept of the store at this place, as good as opened: its file is there, and its session is a new one.
    func take(_ location: StoreLocation) throws(StoreError) -> WritingConnection? {
      guard let found = replace(with: nil) else { return nil }
      guard found.path == location.path, StoreFolder.exists(location.path) else {
        try found.close()
        return nil
      }
      found.epoch.withLock { $0 = nil }
      return found
    }

    func keep(_ new: WritingConnection) throws(StoreError) { try replace(with: new)?.close() }

    private func replace(with new: WritingConnection?) -> WritingConnection? {
      connection.withLock { connection in
        defer { connection = new }
        return connection
      }
    }
  }
#endif
