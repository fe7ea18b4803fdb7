import Synchronization

/// The domains that are due for a look: each once, however often it was named, and each when its time has come.
///
/// So many are worked at side by side as `limit` says; one that takes long makes room for another, so that a stuck
/// guest delays nobody.
final class WorkQueue: Sendable {
  private struct State {
    /// Due now, in this order from `head` on.
    var ready: [String] = []
    var head = 0
    var isReady: Set<String> = []
    /// Due later, and when the first of them is.
    var later: [String: Duration] = [:]
    var soonest: Duration?
    var running: Set<String> = []
    /// Named again while they are worked at.
    var again: Set<String> = []
    /// Of these, those that have made room.
    var slow: Set<String> = []
    var isEnded = false

    mutating func makeReady(_ domain: String) {
      later[domain] = nil
      if running.contains(domain) {
        again.insert(domain)
      } else if isReady.insert(domain).inserted {
        ready.append(domain)
      }
    }

    mutating func ripen(_ now: Duration) {
      guard let first = soonest, first <= now else { return }
      for domain in later.filter({ $0.value <= now }).sorted(by: { $0.value < $1.value }).map(\.key) {
        makeReady(domain)
      }
      soonest = later.values.min()
    }

    mutating func next() -> String? {
      guard head < ready.count else { return nil }
      let domain = ready[head]
      head += 1
      if head > 1024, head * 2 > ready.count {
        ready.removeFirst(head)
        head = 0
      }
      isReady.remove(domain)
      return domain
    }
  }

  private enum Choice {
    case work(String)
    case wait(Duration?)
    case end
  }

  /// A pass that takes longer waits for somebody else.
  private static let patience = Duration.seconds(2)
  /// No more than this are waited for at a time.
  private static let slowLimit = 64

  private let state = Mutex(State())
  private let limit: Int
  private let clock: any Clock<Duration>
  private let watch: Stopwatch
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(limit: Int, clock: any Clock<Duration>) {
    self.limit = max(1, limit)
    self.clock = clock
    watch = Stopwatch(clock)
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Names a domain as due after a pause; what is due sooner already stays so.
  func add(_ domain: String, after pause: Duration = .zero) {
    let time = watch.elapsed + pause
    state.withLock { state in
      if pause <= .zero { return state.makeReady(domain) }
      if state.isReady.contains(domain) { return }
      if let known = state.later[domain], known <= time { return }
      state.later[domain] = time
      state.soonest = min(state.soonest ?? time, time)
    }
    signal.yield()
  }

  /// Begins nothing any more. `run` returns when what runs has ended.
  func end() {
    state.withLock { $0.isEnded = true }
    signal.yield()
  }

  /// How many are due now, and how many are worked at.
  var depth: (due: Int, running: Int) {
    state.withLock { ($0.ready.count - $0.head + $0.again.count, $0.running.count) }
  }

  func isRunning(_ domain: String) -> Bool { state.withLock { $0.running.contains(domain) } }

  /// Works until `end`.
  func run(_ work: @escaping @Sendable (String) async -> Void) async {
    await withDiscardingTaskGroup { group in
      var signals = signals.makeAsyncIterator()
      while true {
        switch choose() {
        case .end: return
        case .work(let domain):
          group.addTask {
            await self.lending(domain) { await work(domain) }
            self.state.withLock { state in
              state.running.remove(domain)
              state.slow.remove(domain)
              if state.again.remove(domain) != nil { state.makeReady(domain) }
            }
            self.signal.yield()
          }
        case .wait(let pause):
          let alarm = pause.map { pause in
            Task { [clock, signal] in
              // A cancelled sleep means that something else came first.
              guard (try? await clock.sleep(for: pause)) != nil else { return }
              signal.yield()
            }
          }
          _ = await signals.next()
          alarm?.cancel()
        }
      }
    }
  }

  private func choose() -> Choice {
    let now = watch.elapsed
    return state.withLock { state in
      if state.isEnded { return .end }
      state.ripen(now)
      guard state.running.count - min(state.slow.count, WorkQueue.slowLimit) < limit else { return .wait(nil) }
      guard let domain = state.next() else {
        return .wait(state.soonest.map { max($0 - now, .milliseconds(1)) })
      }
      state.running.insert(domain)
      return .work(domain)
    }
  }

  private func lending(_ domain: String, _ work: @escaping @Sendable () async -> Void) async {
    let timer = Task { [clock] in
      guard (try? await clock.sleep(for: WorkQueue.patience)) != nil else { return }
      state.withLock { state in
        if state.running.contains(domain) { state.slow.insert(domain) }
      }
      signal.yield()
    }
    await work()
    timer.cancel()
  }
}
