import Synchronization

/// A clock whose time passes only when it is told to, or, with `runsByItself`, whenever somebody sleeps.
package final class VirtualClock: Clock, Sendable {
  package struct Instant: InstantProtocol {
    package let offset: Duration

    package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
    package func duration(to other: Instant) -> Duration { other.offset - offset }
    package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
  }

  private struct State {
    var now = Instant(offset: .zero)
    var sleepers: [Int: (deadline: Instant, wake: CheckedContinuation<Void, any Error>)] = [:]
    var lastKey = 0
  }

  private let state = Mutex(State())
  private let runsByItself: Bool

  /// With `runsByItself`, a sleep returns at once and time has passed.
  package init(runsByItself: Bool = true) { self.runsByItself = runsByItself }

  package var now: Instant { state.withLock { $0.now } }
  package var minimumResolution: Duration { .nanoseconds(1) }

  /// Whether somebody sleeps: the moment to advance.
  package var hasSleepers: Bool { state.withLock { !$0.sleepers.isEmpty } }

  /// Lets time pass until the next sleeper is to be woken, and wakes it; false where nobody sleeps.
  package func advanceToNextSleeper() -> Bool {
    guard let next = state.withLock({ $0.sleepers.values.map(\.deadline).min() }) else { return false }
    pass(to: next)
    return true
  }

  /// Lets time pass and wakes who slept until then, the earliest first.
  package func advance(by duration: Duration) { pass(to: now.advanced(by: duration)) }

  private func pass(to instant: Instant) {
    let woken = state.withLock { state in
      state.now = max(state.now, instant)
      let due = state.sleepers.filter { $0.value.deadline <= state.now }
        .sorted { $0.value.deadline < $1.value.deadline }
      for sleeper in due { state.sleepers[sleeper.key] = nil }
      return due.map(\.value.wake)
    }
    for wake in woken { wake.resume() }
  }

  package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
    try Task.checkCancellation()
    if runsByItself { return pass(to: deadline) }
    let key = state.withLock { state in
      state.lastKey += 1
      return state.lastKey
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isDue = state.withLock { state in
          if Task.isCancelled || state.now >= deadline { return true }
          state.sleepers[key] = (deadline, continuation)
          return false
        }
        if isDue { continuation.resume() }
      }
      try Task.checkCancellation()
    } onCancel: {
      let sleeper = state.withLock { $0.sleepers.removeValue(forKey: key) }
      sleeper?.wake.resume(throwing: CancellationError())
    }
  }
}
