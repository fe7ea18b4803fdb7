import Synchronization

/// Token buckets: each principal may send so many requests a second on average, and so many at once.
package final class RateLimiter: Sendable {
  package struct Rate: Sendable, Hashable {
    /// Requests a second; 0: no limit.
    package var perSecond: Double
    /// Requests at once, after a pause.
    package var burst: Double

    package init(perSecond: Double = 50, burst: Double = 200) {
      self.perSecond = perSecond
      self.burst = burst
    }
  }

  private struct Bucket {
    var level: Double
    var at: Duration
  }

  private struct State {
    var rate: Rate
    var buckets: [String: Bucket] = [:]
  }

  /// Beyond this many principals the full buckets are dropped: a full one is as good as none.
  private static let most = 1024

  private let state: Mutex<State>
  private let now: @Sendable () -> Duration

  package init(_ rate: Rate = Rate(), now: @escaping @Sendable () -> Duration = AccessClock.steady) {
    state = Mutex(State(rate: rate))
    self.now = now
  }

  /// From the next request on; nobody gets a new burst by it.
  package func change(to rate: Rate) { state.withLock { $0.rate = rate } }

  /// Counts a request.
  /// - Returns: how long to wait until the next one would be let through, where this one is not; `nil` where it is.
  package func take(_ principal: String) -> Duration? {
    let time = now()
    return state.withLock { state in
      let rate = state.rate
      guard rate.perSecond > 0 else { return nil }
      let burst = max(1, rate.burst)
      var bucket = state.buckets[principal] ?? Bucket(level: burst, at: time)
      bucket.level = RateLimiter.level(bucket, at: time, rate.perSecond, burst)
      bucket.at = time
      if state.buckets.count >= RateLimiter.most, state.buckets[principal] == nil {
        state.buckets = state.buckets.filter { RateLimiter.level($0.value, at: time, rate.perSecond, burst) < burst }
      }
      defer { state.buckets[principal] = bucket }
      guard bucket.level >= 1 else { return .seconds((1 - bucket.level) / rate.perSecond) }
      bucket.level -= 1
      return nil
    }
  }

  private static func level(_ bucket: Bucket, at time: Duration, _ perSecond: Double, _ burst: Double) -> Double {
    let passed = (time - bucket.at) / .seconds(1)
    return min(burst, bucket.level + max(0, passed) * perSecond)
  }
}
