import Control
import Store
import Synchronization
import Vocabulary

/// What happened, for whoever watches: the newest are kept, so that a watcher that was away can go on.
///
/// Numbers grow from event to event and over restarts: they begin with the time of the start. What happened before the
/// start is not known any more; who comes back from then gets everything as it is now.
final class EventBoard: Sendable {
  private struct State {
    var kept: [ServerEvent] = []
    /// Where the ring begins once it is full.
    var first = 0
    var last: Int64
    var watchers: [Int: AsyncStream<ServerEvent>.Continuation] = [:]
    var lastWatcher = 0
    var isEnded = false
  }

  /// A watcher that is behind by more is cut off, and can come back for the rest.
  private static let watcherBuffer = 2048

  private let state: Mutex<State>
  private let start: Int64
  private let limit: Int
  private let time: Timekeeper

  init(limit: Int, time: Timekeeper) {
    self.limit = max(1, limit)
    self.time = time
    start = time.now().milliseconds * 1_000_000
    state = Mutex(State(last: start))
  }

  func post(_ type: ServerEvent.Kind, _ domain: String?, _ fill: (inout ServerEvent) -> Void = { _ in }) {
    let now = time.now().milliseconds
    state.withLock { state in
      guard !state.isEnded else { return }
      state.last += 1
      var event = ServerEvent(id: String(state.last), type: type, at: now)
      event.domain = domain
      fill(&event)
      if state.kept.count < limit {
        state.kept.append(event)
      } else {
        state.kept[state.first] = event
        state.first = (state.first + 1) % limit
      }
      for (number, watcher) in state.watchers {
        if case .enqueued = watcher.yield(event) { continue }
        watcher.finish()
        state.watchers[number] = nil
      }
    }
  }

  /// What happens from now on, after what happened since `id`.
  /// - Parameters:
  ///   - id: the last event that the watcher has seen; `nil`: none.
  ///   - now: everything as it is now, for who comes from before the start.
  /// - Returns: the events; the stream ends where its watcher is too slow.
  /// - Throws: `events-too-old`.
  func watch(after id: String?, now: () -> [ServerEvent]) throws(Problem) -> AsyncStream<ServerEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ServerEvent.self, bufferingPolicy: .bufferingOldest(EventBoard.watcherBuffer + limit))
    var beginning: [ServerEvent] = []
    let after = id.flatMap { Int64($0) }
    if let after, after < start { beginning = now() }
    let result = state.withLock { state -> Result<Int, Problem> in
      if let id {
        guard let after, after <= state.last, after < start || after >= state.last - Int64(state.kept.count) else {
          return .failure(EventBoard.tooOld(id))
        }
        if after >= start {
          let missed = Int(state.last - after)
          let ordered = state.kept[state.first...] + state.kept[..<state.first]
          beginning += ordered.suffix(missed)
        } else {
          beginning.insert(marker(.resync, state.last), at: 0)
        }
      }
      for event in beginning { continuation.yield(event) }
      guard !state.isEnded else {
        continuation.finish()
        return .success(0)
      }
      state.lastWatcher += 1
      state.watchers[state.lastWatcher] = continuation
      return .success(state.lastWatcher)
    }
    let number = try result.get()
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { state in _ = state.watchers.removeValue(forKey: number) }
    }
    return stream
  }

  /// The number of the newest event.
  var newest: Int64 { state.withLock { $0.last } }

  /// An event of now that is not kept: it has the number of the newest that is.
  func passing(_ type: ServerEvent.Kind, _ domain: String) -> ServerEvent {
    var event = marker(type, state.withLock { $0.last })
    event.domain = domain
    return event
  }

  private func marker(_ type: ServerEvent.Kind, _ number: Int64) -> ServerEvent {
    ServerEvent(id: String(number), type: type, at: time.now().milliseconds)
  }

  private static func tooOld(_ id: String) -> Problem {
    Problem(
      "events-too-old", "what happened after that event is not kept any more", wanted: id,
      remedy: "list the domains, then watch from now on")
  }

  /// Tells every watcher that it is over.
  func end() {
    let watchers = state.withLock { state in
      state.isEnded = true
      defer { state.watchers = [:] }
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.finish() }
  }
}
