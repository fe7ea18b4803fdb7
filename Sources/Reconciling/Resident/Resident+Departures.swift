import Control
import Libvirt
import Logging
import Store
import Vocabulary

/// Domains that libvirt does not have any more (R14).
extension Resident {
  /// libvirt's list is without a domain that was there.
  func miss(_ entry: DirectoryEntry) {
    board.post(.domain, entry.name) { event in
      event.uuid = entry.key.domain
      event.state = "gone"
    }
    guard entry.isKept else { return directory.remove(entry.name) }
    directory.change(entry.name) { entry in
      entry.state = nil
      entry.isUnseen = false
      entry.isMissing = true
    }
    Meters.forget(entry.key.domain)
    come(entry.name)
  }

  /// Keeps why a domain is gone. In its turn: whoever deletes it takes its row with him.
  func keepDeparture(_ entry: DirectoryEntry, _ store: RecordStore) async throws(Problem) {
    guard entry.isKept, entry.isMissing else { return }
    // libvirt's list may be seen before its events.
    let reason = (entry.leaving ?? .unknown).rawValue
    func isSaid(_ gone: DomainRow.Gone?) -> Bool {
      gone.map { $0.reason == reason || $0.reason != Departure.unknown.rawValue } ?? false
    }
    if isSaid(entry.gone) { return }
    let file = try await stored { () throws(StoreError) in try await store.file(of: entry.key) }
    // What was accepted and never defined is not gone.
    guard let file, file.hasRecord, !isSaid(file.row.gone) else { return }
    var row = file.row
    row.gone = DomainRow.Gone(reason: reason, since: row.gone?.since ?? time.now())
    try await stored { [row] () throws(StoreError) in try await store.save(row) }
    directory.change(entry.name) { $0.gone = row.gone }
    log.notice("gone", metadata: ["domain": "\(entry.name)", "reason": "\(row.gone?.reason ?? "")"])
  }

  /// Lets go of those that went to another host long enough ago. What they are is kept there.
  func dropMigrated(_ store: RecordStore) async throws(Problem) {
    let newest = time.now().milliseconds - settings.migratedKept.milliseconds
    for entry in directory.all where isOver(entry, newest) && !turns.isTaken(entry.name) {
      await turns.take(entry.name)
      let result: Result<Void, Problem>
      do throws(Problem) {
        if let entry = directory[entry.name], isOver(entry, newest) {
          try await stored { () throws(StoreError) in try await store.remove(entry.key) }
          try await refresh(entry.name)
          log.notice("no longer kept: it went to another host", metadata: ["domain": "\(entry.name)"])
        }
        result = .success(())
      } catch {
        result = .failure(error)
      }
      turns.give(entry.name)
      try result.get()
    }
  }

  private func isOver(_ entry: DirectoryEntry, _ newest: Int64) -> Bool {
    guard entry.isMissing, let gone = entry.gone, gone.reason == Departure.migrated.rawValue else { return false }
    return gone.since.milliseconds <= newest
  }
}
