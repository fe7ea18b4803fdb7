package import Libvirt
package import Store
import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// Time as a reconciler uses it: wall-clock stamps for the store, a monotonic clock for waiting (F15).
package struct Timekeeper: Sendable {
  package let clock: any Clock<Duration>
  /// Ends waits for what does not end by itself: as `clock`, but for tests whose clock runs ahead.
  package let alarm: any Clock<Duration>
  package let now: @Sendable () -> Timestamp

  package init(
    clock: any Clock<Duration>, alarm: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Timestamp
  ) {
    self.clock = clock
    self.alarm = alarm
    self.now = now
  }

  package static let system = Timekeeper(clock: ContinuousClock()) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

/// What an operation works with.
package struct Surroundings: Sendable {
  package let hypervisor: any Hypervisor
  package let store: RecordStore
  package let host: HostDescription
  package let events: EventHub
  package let time: Timekeeper

  package init(
    hypervisor: any Hypervisor, store: RecordStore, host: HostDescription, events: EventHub, time: Timekeeper
  ) {
    self.hypervisor = hypervisor
    self.store = store
    self.host = host
    self.events = events
    self.time = time
  }
}

extension Duration {
  /// Whole milliseconds.
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
