internal import Dispatch
internal import Synchronization

/// Passes what a blocking thread reads to a task: at most `capacity` pieces lie between them, and the thread waits
/// for the task. One of each.
final class HandOver<Element: Sendable>: Sendable {
  private struct State {
    /// The oldest first.
    var waiting: [Element] = []
    var taker: CheckedContinuation<Element?, Never>?
    var isFinished = false
  }

  private let state = Mutex(State())
  /// Counts the places that are free.
  private let room = DispatchSemaphore(value: 0)

  init(capacity: Int) {
    // Signalled up to its size rather than made with it: a semaphore that goes with less than it was made with traps.
    for _ in 0..<capacity { room.signal() }
  }

  /// Blocks while it is full. `false`: nobody takes any more.
  func put(_ element: Element) -> Bool {
    room.wait()
    let (taker, isOpen) = state.withLock { state in
      guard !state.isFinished else { return (nil as CheckedContinuation<Element?, Never>?, false) }
      guard let taker = state.taker else {
        state.waiting.append(element)
        return (nil, true)
      }
      state.taker = nil
      return (taker, true)
    }
    guard let taker else { return isOpen }
    room.signal()
    taker.resume(returning: element)
    return true
  }

  /// The next piece; `nil` when nothing more comes.
  func take() async -> Element? {
    await withCheckedContinuation { continuation in
      let (element, isOver) = state.withLock { state in
        if !state.waiting.isEmpty { return (state.waiting.removeFirst() as Element?, true) }
        if !state.isFinished { state.taker = continuation }
        return (nil, state.isFinished)
      }
      if element != nil { room.signal() }
      if isOver { continuation.resume(returning: element) }
    }
  }

  /// From the thread: what lies there is still taken. From the task: the thread may stop.
  func finish() {
    let taker = state.withLock { state in
      state.isFinished = true
      defer { state.taker = nil }
      return state.taker
    }
    room.signal()
    taker?.resume(returning: nil)
  }
}
