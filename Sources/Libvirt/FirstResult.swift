internal import Synchronization

/// What the first of several comes to; what the others come to is dropped.
final class FirstResult<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value, LibvirtError>

  private enum State {
    case open
    case awaited(CheckedContinuation<Outcome, Never>)
    case settled(Outcome)
  }

  private let state = Mutex(State.open)

  func set(_ outcome: Outcome) {
    let waiter: CheckedContinuation<Outcome, Never>? = state.withLock { state in
      switch state {
      case .settled: return nil
      case .open:
        state = .settled(outcome)
        return nil
      case .awaited(let waiter):
        state = .settled(outcome)
        return waiter
      }
    }
    waiter?.resume(returning: outcome)
  }

  /// For one who waits.
  var value: Outcome {
    get async {
      await withCheckedContinuation { continuation in
        let known: Outcome? = state.withLock { state in
          if case .settled(let outcome) = state { return outcome }
          state = .awaited(continuation)
          return nil
        }
        if let known { continuation.resume(returning: known) }
      }
    }
  }
}
