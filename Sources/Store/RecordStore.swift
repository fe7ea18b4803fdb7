import Faults
import Synchronization
package import Vocabulary

/// The store: what libvirt returned, what users sent, and what was done about it. One SQLite file.
///
/// Every method is `async`. With a store that is open for writing the work is done on the connection's own thread, so
/// that no caller waits in `fdatasync`; a looking command reads on the thread it has, which saves it the hops. Each
/// reading method is one consistent snapshot. Each writing method returns when its change is durable, leaves nothing
/// behind when it throws, writes nothing when there is nothing to change, and is not undone by cancellation.
package final class RecordStore: Sendable {
  package let location: StoreLocation
  private let access: Access
  /// Held as long as the store is open for writing.
  private let lock: StoreLock?
  private let mended = Mutex<[Mended]>([])

  /// Damage that a write of this session came upon and put right, or set aside.
  package struct Mended: Sendable {
    /// `nil` where the row does not say.
    package let domain: DomainKey?
    package let damage: StoreError
  }

  private enum Access: Sendable {
    case reading(ReadingConnection)
    case writing(WritingConnection)
  }

  private init(location: StoreLocation, access: Access, lock: StoreLock?) {
    self.location = location
    self.access = access
    self.lock = lock
  }

  /// Opens a store for looking: no lock, nothing written, nothing created.
  /// - Returns: `nil` where there is no store yet, which is an empty one.
  /// - Throws: `.denied`, `.notAStore`, `.newerSchema`, `.olderSchema`, `.corrupt`, `.io`.
  package static func openForReading(_ location: StoreLocation) throws(StoreError) -> RecordStore? {
    guard let connection = try ReadingConnection.open(location) else { return nil }
    return RecordStore(location: location, access: .reading(connection), lock: nil)
  }

  /// Opens a store for changing, makes it where there is none and brings its schema up to date.
  /// - Parameters:
  ///   - location: where the store is.
  ///   - lock: this store's lock; kept until the store is closed or dropped.
  /// - Returns: the store.
  /// - Throws: as `openForReading`, and `.readOnly`, `.diskFull`, `.busy`; `.held` where the lock is another store's.
  package static func openForWriting(
    _ location: StoreLocation, lock: StoreLock
  ) throws(StoreError) -> RecordStore {
    guard lock.location == location else { throw StoreError(.held(by: nil), path: location.path) }
    #if Faults
      if let kept = try StoreExecution.kept?.take(location) {
        return RecordStore(location: location, access: .writing(kept), lock: lock)
      }
    #endif
    return RecordStore(location: location, access: .writing(try WritingConnection(location)), lock: lock)
  }

  #if Faults
    /// What a store that was open for writing left behind in `KeptConnection`, to look at; not to be closed.
    static func looking(_ location: StoreLocation, by kept: WritingConnection) -> RecordStore {
      RecordStore(location: location, access: .writing(kept), lock: nil)
    }
  #endif

  /// Opens a copy of a store that nobody else knows, to bring it up to date and look at it.
  static func openCopy(_ location: StoreLocation) throws(StoreError) -> RecordStore {
    RecordStore(location: location, access: .writing(try WritingConnection(location)), lock: nil)
  }

  /// Closes the file and lets go of the lock. Without it both happen when the last reference goes.
  package func close() throws(StoreError) {
    switch access {
    case .reading(let reading): reading.close()
    case .writing(let writing): try close(writing)
    }
    lock?.close()
  }

  private func close(_ writing: WritingConnection) throws(StoreError) {
    #if Faults
      if let kept = StoreExecution.kept { return try kept.keep(writing) }
    #endif
    try writing.close()
  }

  /// Reads in one snapshot.
  func read<Answer: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> Answer
  ) async throws(StoreError) -> Answer {
    switch access {
    case .reading(let reading): try reading.read(body)
    case .writing(let writing): try await writing.read(body)
    }
  }

  /// Writes in one transaction, durable when it returns.
  func write<Answer: Sendable>(
    _ what: StoreWrite, _ body: @escaping @Sendable (Connection) throws -> Answer
  ) async throws(StoreError) -> Answer {
    guard case .writing(let writing) = access else { throw StoreError(.readOnly, path: location.path) }
    #if Faults
      try reach(what, .before)
    #endif
    let (answer, damage) = try await writing.commit { connection in
      connection.mended = []
      let answer = try body(connection)
      return (answer, connection.mended)
    }
    if !damage.isEmpty {
      let found = damage.map { Mended(domain: $0.owner, damage: StoreError($0, path: location.path)) }
      mended.withLock { $0 += found }
    }
    #if Faults
      try reach(what, .after)
    #endif
    return answer
  }

  /// Refuses where the disk is full, before work whose first call comes before its first write.
  package func requireRoom() throws(StoreError) {
    if StoreFolder.isFull(location.path) { throw StoreError(.diskFull, path: location.path) }
  }

  /// Whether this store is open for changing.
  package var isWritable: Bool {
    if case .writing = access { true } else { false }
  }

  /// What this session has mended so far.
  package var mendedDamage: [Mended] { mended.withLock { $0 } }

  #if Faults
    private func reach(_ what: StoreWrite, _ moment: Failpoint.Moment) throws(StoreError) {
      do throws(FailpointStop) {
        try Failpoint.reach(StoreFailpoints.point(what, moment))
      } catch {
        throw StoreError(.io, path: location.path, underlying: "stopped at \(error.point)")
      }
    }
  #endif
}
