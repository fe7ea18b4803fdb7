import Store
import Synchronization
import TestSupport

/// A store that a history has done with, for the next one: to make a store, and to prepare all its statements, takes as
/// long as three commands.
struct SpareStore: Sendable {
  let store: TemporaryStore
  let kept: KeptConnection

  private static let spare = Mutex<SpareStore?>(nil)

  /// An empty one, if there is any.
  static func take() throws -> SpareStore? {
    let found = spare.withLock { spare in
      defer { spare = nil }
      return spare
    }
    guard let found, try found.kept.empty() else { return nil }
    return found
  }

  static func keep(_ new: SpareStore) { spare.withLock { $0 = new } }
}
