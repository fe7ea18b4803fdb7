#if canImport(Glibc)
  import Glibc
#endif

/// The two times that access is judged by.
package enum AccessClock {
  /// Since some moment in the past, never backwards: for rates and for what is remembered.
  package static let steady: @Sendable () -> Duration = {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// Milliseconds since 1970: for what expires on a date.
  package static let wall: @Sendable () -> Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
