import Synchronization

/// The documents that were read last and that somebody still holds: a reconcile reads a domain after each step and finds
/// one side or both as they were, and judging and indexing 8 KB again takes 0.1 ms.
///
/// Held weakly: no document lives longer for being known here.
final class RecentDocuments: Sendable {
  static let shared = RecentDocuments()

  private struct Entry {
    let size: Int
    weak var storage: DomainDocument.Storage?
  }

  private struct State {
    var entries: [Entry] = []
    var oldest = 0
  }

  /// Enough for both sides of the domains that are worked at side by side.
  private static let kept = 16
  /// Single devices are read faster than found, and would drive the domains out.
  private static let smallest = 1 << 10

  private let state = Mutex(State())

  private init() {}

  /// The document of these very bytes.
  func find(_ bytes: ContiguousArray<UInt8>) -> DomainDocument.Storage? {
    guard bytes.count >= RecentDocuments.smallest else { return nil }
    let candidates = state.withLock { state in
      // By their places: to copy an entry is to count its reference.
      state.entries.indices.compactMap { state.entries[$0].size == bytes.count ? state.entries[$0].storage : nil }
    }
    return candidates.first { $0.bytes == bytes }
  }

  func remember(_ storage: DomainDocument.Storage) {
    guard storage.bytes.count >= RecentDocuments.smallest else { return }
    state.withLock { state in
      let entry = Entry(size: storage.bytes.count, storage: storage)
      guard state.entries.count == RecentDocuments.kept else { return state.entries.append(entry) }
      state.entries[state.oldest] = entry
      state.oldest = (state.oldest + 1) % RecentDocuments.kept
    }
  }
}
