#if canImport(Glibc)
  import Glibc
#endif

/// The clock that systemd reads too.
package enum MonotonicTime {
  /// Microseconds of `CLOCK_MONOTONIC`.
  package static var microseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
