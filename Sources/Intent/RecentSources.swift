import Synchronization

/// What the sources that were read last said. Who keeps a domain as wanted reads the same document again and again, and
/// reading one of ten devices takes a millisecond.
///
/// A source always says the same, so that nobody can tell whether it was read now or before.
final class RecentSources: Sendable {
  static let shared = RecentSources()

  private struct Entry {
    let source: IntentParser.Source
    let documents: [IntentDocument]
  }

  private struct State {
    var entries: [Entry] = []
    var oldest = 0
  }

  private static let kept = 8
  /// A source of many domains is not kept in memory for being read once.
  private static let largest = 16 << 10

  private let state = Mutex(State())

  private init() {}

  func find(_ source: IntentParser.Source) -> [IntentDocument]? {
    state.withLock { state in
      state.entries.first { $0.source.bytes == source.bytes && $0.source.name == source.name }?.documents
    }
  }

  /// Only what had no faults.
  func remember(_ documents: [IntentDocument], of source: IntentParser.Source) {
    guard source.bytes.count <= RecentSources.largest else { return }
    state.withLock { state in
      let entry = Entry(source: source, documents: documents)
      guard state.entries.count == RecentSources.kept else { return state.entries.append(entry) }
      state.entries[state.oldest] = entry
      state.oldest = (state.oldest + 1) % RecentSources.kept
    }
  }
}
