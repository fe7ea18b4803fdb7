import Synchronization

/// How many clients follow the events, and how many may.
package final class SubscriberCount: Sendable {
  private let count = Mutex(0)
  private let most: Int
  private let changed: @Sendable (Int) -> Void

  /// `changed` is told the new number each time.
  package init(most: Int, changed: @escaping @Sendable (Int) -> Void = { _ in }) {
    self.most = most
    self.changed = changed
  }

  /// A place, which is free again when nobody holds it; `nil` where all are taken.
  package func place() -> Place? {
    let number = count.withLock { count -> Int? in
      guard count < most else { return nil }
      count += 1
      return count
    }
    guard let number else { return nil }
    changed(number)
    return Place(self)
  }

  private func leave() {
    changed(
      count.withLock { count in
        count -= 1
        return count
      })
  }

  package final class Place: Sendable {
    private let owner: SubscriberCount

    fileprivate init(_ owner: SubscriberCount) { self.owner = owner }

    deinit { owner.leave() }
  }
}
