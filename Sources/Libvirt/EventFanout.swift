internal import Synchronization

/// Hands every event to every stream that was asked for.
///
/// A stream's buffer is bounded. Its last place is kept for `resync`: whoever falls that far behind finds it after
/// what was kept, and whatever is dropped happened before it is read there, so that one look at everything makes up
/// for all of it.
package final class EventFanout: Sendable {
  private typealias Continuation = AsyncStream<HypervisorEvent>.Continuation

  private let capacity: Int
  /// Never held while a continuation is used: cancelling the task that reads a stream holds that task's own lock and
  /// calls `onTermination`, which takes this one, and `yield` wants the task's lock to wake it.
  private let listeners = Mutex(Listeners())
  /// Held while events go out, so that they keep one order and no two senders take the last place but one.
  /// `onTermination` does not take it.
  private let sending = Mutex(())

  private struct Listeners {
    var continuations: [Int: Continuation] = [:]
    var lastKey = 0
    var isFinished = false
  }

  /// `capacity`: how many events wait in a stream, 2 or more.
  package init(capacity: Int = 1024) { self.capacity = max(2, capacity) }

  /// Events from now on; already at its end where the fan-out is finished.
  package func stream() -> AsyncStream<HypervisorEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: HypervisorEvent.self, bufferingPolicy: .bufferingOldest(capacity))
    let key: Int? = listeners.withLock { listeners in
      guard !listeners.isFinished else { return nil }
      listeners.lastKey += 1
      listeners.continuations[listeners.lastKey] = continuation
      return listeners.lastKey
    }
    guard let key else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in
      self?.listeners.withLock { $0.continuations[key] = nil }
    }
    return stream
  }

  package func send(_ event: HypervisorEvent) {
    sending.withLock { _ in
      for continuation in listeners.withLock({ Array($0.continuations.values) }) {
        if case .enqueued(remaining: 1) = continuation.yield(event) { continuation.yield(.resync) }
      }
    }
  }

  /// Sends a last event and ends every stream. Only the first call counts. A stream that is full ends without it.
  package func finish(_ reason: CloseReason) {
    sending.withLock { _ in
      let last = listeners.withLock { listeners in
        defer {
          listeners.continuations = [:]
          listeners.isFinished = true
        }
        return Array(listeners.continuations.values)
      }
      for continuation in last {
        continuation.yield(.closed(reason))
        continuation.finish()
      }
    }
  }
}
