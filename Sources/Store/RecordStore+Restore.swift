import Faults
import Foundation
package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// A store that took the place of another.
package struct StoreRestoration: Sendable {
  /// Where the store is that was there before; `nil` where there was none.
  package let kept: String?
  /// What the restored store has.
  package let domains: [DomainSummary]
  /// Domains whose newest document was newer in the store that was replaced.
  package let older: [Older]
  /// Why the replaced store could not be asked for its documents.
  package let unreadable: StoreError?

  package struct Older: Sendable {
    package let name: String
    package let replaced: Generation
    /// `nil` where the backup has no document of it.
    package let restored: Generation?
  }
}

extension RecordStore {
  /// Puts a backup in the place of a store. The backup is copied, brought up to date and looked at in every row first;
  /// only then does the copy take the store's name, in one rename. Killed at any instruction, there is the old store
  /// or the new one. The old one stays beside it.
  /// - Parameters:
  ///   - source: the backup.
  ///   - location: the store.
  ///   - lock: the store's lock.
  ///   - at: now, for the name of the store that is replaced.
  /// - Returns: what is there now, and what was.
  /// - Throws: `.notAStore`, `.newerSchema`, `.corrupt` of the backup; the store is as it was then.
  package static func restore(
    from source: StoreLocation, to location: StoreLocation, lock: StoreLock, at: Timestamp
  ) async throws(StoreError) -> StoreRestoration {
    guard lock.location == location else { throw StoreError(.held(by: nil), path: location.path) }
    guard !StoreFolder.isSame(source.path, location.path) else { throw StoreError(.taken, path: location.path) }
    let draft = StoreDraft(path: location.restoringPath)
    defer { draft.discard() }
    let domains = try await copied(source, to: draft)
    let (replaced, unreadable) = await newest(in: location)
    try StoreDraft.flush(draft.path)
    let kept = try swap(draft, location, at: at)
    let restored = Dictionary(domains.map { ($0.row.key, $0.generation) }, uniquingKeysWith: { $1 })
    let older = replaced.compactMap { summary -> StoreRestoration.Older? in
      guard let was = summary.generation else { return nil }
      let now = restored[summary.row.key] ?? nil
      return now.map { $0 < was } ?? true ? .init(name: summary.row.name, replaced: was, restored: now) : nil
    }
    return StoreRestoration(kept: kept, domains: domains, older: older, unreadable: unreadable)
  }

  /// The copy, closed and whole in its file, with what is in it.
  private static func copied(
    _ source: StoreLocation, to draft: StoreDraft
  ) async throws(StoreError) -> [DomainSummary] {
    guard let reading = try ReadingConnection.open(source, anySchema: true) else {
      throw StoreError(.notAStore, path: source.path)
    }
    defer { reading.close() }
    try draft.make()
    try reading.read { connection in try connection.copy(to: try Connection(filling: draft.path)) }
    do throws(StoreError) {
      let copy = try openCopy(StoreLocation(path: draft.path))
      if let damage = try await copy.check().first { throw damage }
      let domains = try await copy.summaries()
      try copy.close()
      return domains
    } catch {
      // What is wrong with the copy is wrong with the backup.
      throw StoreError(error.kind, path: source.path, underlying: error.underlying)
    }
  }

  /// The documents of the store that is about to be replaced. Opening it for writing folds its log into it, so that it
  /// is one file. A store that cannot be opened is why one restores: it is kept as it is.
  private static func newest(in location: StoreLocation) async -> ([DomainSummary], StoreError?) {
    guard StoreFolder.size(of: location.path) > 0 else { return ([], nil) }
    do throws(StoreError) {
      let store = try openCopy(location)
      let found = try await store.summaries()
      try store.close()
      return (found, nil)
    } catch {
      return ([], error)
    }
  }

  private static func swap(
    _ draft: StoreDraft, _ location: StoreLocation, at: Timestamp
  ) throws(StoreError) -> String? {
    #if Faults
      try reached(.before, location)
    #endif
    var kept: String?
    if StoreFolder.exists(location.path) {
      let name = try freeName(location, at)
      // By a second name first: under its own there is a store at every moment.
      try keep(location.path, as: name)
      kept = name
      // A log that could not be folded belongs to the damaged store. SQLite would read it into the new one.
      if StoreFolder.exists(location.walPath) {
        try keep(location.walPath, as: name + "-wal")
        try StoreDraft.flush(location.folder)
        unlink(location.walPath)
      }
      unlink(location.sharedMemoryPath)
    }
    guard rename(draft.path, location.path) == 0 else { throw StoreError(errno: errno, path: location.path) }
    try StoreDraft.flush(location.folder)
    #if Faults
      try reached(.after, location)
    #endif
    return kept
  }

  private static func keep(_ path: String, as name: String) throws(StoreError) {
    guard link(path, name) == 0 else { throw StoreError(errno: errno, path: name) }
  }

  /// `vmctl.db.replaced-20260102T030405Z`, with a number where a second restore falls into the same second.
  private static func freeName(_ location: StoreLocation, _ at: Timestamp) throws(StoreError) -> String {
    var seconds = time_t(at.milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
      let length = strftime(buffer.baseAddress, buffer.count, "%Y%m%dT%H%M%SZ", &parts)
      return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    let name = location.path + StoreSurvey.replacedInfix + text
    for number in 1...100 {
      let candidate = number == 1 ? name : "\(name)-\(number)"
      if !StoreFolder.exists(candidate) { return candidate }
    }
    throw StoreError(.taken, path: name)
  }

  #if Faults
    private static func reached(_ moment: Failpoint.Moment, _ location: StoreLocation) throws(StoreError) {
      do throws(FailpointStop) {
        try Failpoint.reach(StoreFailpoints.point(.restore, moment))
      } catch {
        throw StoreError(.io, path: location.path, underlying: "stopped at \(error.point)")
      }
    }
  #endif
}
