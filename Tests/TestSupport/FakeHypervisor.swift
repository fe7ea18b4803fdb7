package import Libvirt
import Synchronization
package import Vocabulary

/// A libvirt in memory, honest enough to pass `HypervisorContract` and to run a reconciler on.
///
/// It keeps both definitions as text, completes them as libvirt does, and applies calls by editing bytes. What its
/// guests do, which calls fail and what others do to its domains is set by the test. Time is an injected clock's.
package final class FakeHypervisor: Hypervisor {
  /// How a guest takes a request: an unplug, or to shut down.
  package enum Guest: Sendable, Hashable {
    case acknowledges(after: Duration)
    case silent
    /// Unplugs only: refused at once, as a memory device that the guest cannot free.
    case refuses
  }

  /// A call as it came in, whatever became of it.
  package struct Call: Sendable, Hashable {
    package let kind: CountingHypervisor.Call
    package let domain: DomainUUID?
    package let side: Side?
    /// The device, definition or metadata element that came with it, or the alias.
    package let text: XMLText?
  }

  /// What becomes of a call.
  package enum Fate: Sendable, Hashable {
    case asUsual
    /// The connection breaks before libvirt has the call.
    case neverDelivered
    /// It is done, and the connection breaks before the answer.
    case replyLost
    /// libvirtd dies in it: the hypervisor process has the device, and the next libvirtd does not know it (faults.md 0.2).
    case leavesPhantom
    case fails(LibvirtError)
  }

  struct Fault {
    let call: CountingHypervisor.Call
    let error: LibvirtError
    let afterDoing: Bool
    /// The call that has to come in first.
    var armedBy: CountingHypervisor.Call?
  }

  struct State {
    var domains: [DomainUUID: FakeDomain] = [:]
    var lastID = 0
    var calls: [Call] = []
    var faults: [Fault] = []
    var hooks: [(call: CountingHypervisor.Call, run: @Sendable () -> Void)] = []
    var networks = [NetworkSummary(name: "default", isActive: true)]
    var closedWith: LibvirtError?
    var fate: @Sendable (Call) -> Fate = { _ in .asUsual }
    var delivery: @Sendable (DomainEvent) -> [Duration] = { _ in [.zero] }
  }

  let clock: any Clock<Duration>
  let state: SharedState
  let fanout = EventFanout()
  let description: HostDescription
  private let defaultGuest: Mutex<Guest>

  // The mutex guards all of it; a class so that a second connection can share it.
  final class SharedState: Sendable {
    let mutex = Mutex(State())
    let listeners = Mutex<[EventFanout]>([])
  }

  /// A libvirt without domains.
  ///
  /// - Parameters:
  ///   - clock: what its waits take their time from.
  ///   - guest: what the guests of its domains do, as long as `setGuest` says nothing else of one.
  ///   - libvirtVersion: from 11.0 on, persistent changes by XML are told as DEFINED/UPDATED (T30).
  ///   - host: the host's UUID; the same for all fakes where it is not given.
  package init(
    clock: any Clock<Duration> = VirtualClock(), guest: Guest = .acknowledges(after: .milliseconds(100)),
    libvirtVersion: Version = Version(9, 0), host: HostUUID? = nil
  ) {
    self.clock = clock
    defaultGuest = Mutex(guest)
    state = SharedState()
    description = FakeHost.description(libvirtVersion, host ?? FakeHost.uuid)
    state.listeners.withLock { [fanout] in $0.append(fanout) }
  }

  private init(again other: FakeHypervisor) {
    clock = other.clock
    defaultGuest = Mutex(other.defaultGuest.withLock { $0 })
    state = other.state
    description = other.description
    state.listeners.withLock { [fanout] in $0.append(fanout) }
  }

  /// Another connection to the same libvirt, as after the loss of one.
  package func reconnected() -> FakeHypervisor {
    state.mutex.withLock { $0.closedWith = nil }
    return FakeHypervisor(again: self)
  }

  // MARK: What came in

  package var calls: [Call] { state.mutex.withLock { $0.calls } }

  package func forgetCalls() { state.mutex.withLock { $0.calls = [] } }

  // MARK: What shall happen

  /// The next call of this kind (after the next of another kind) fails with `error`; with `afterDoing`, it does its work
  /// first, as when a reply is lost.
  package func failNext(
    _ call: CountingHypervisor.Call, after other: CountingHypervisor.Call? = nil, _ error: LibvirtError,
    afterDoing: Bool = false
  ) {
    state.mutex.withLock {
      $0.faults.append(Fault(call: call, error: error, afterDoing: afterDoing, armedBy: other))
    }
  }

  /// Something happens while the next call of this kind is under way, after it was done and before it is answered.
  package func duringNext(_ call: CountingHypervisor.Call, _ body: @escaping @Sendable () -> Void) {
    state.mutex.withLock { $0.hooks.append((call, body)) }
  }

  /// The connection breaks: streams end, and every call fails until `reconnected`.
  package func disconnect(_ reason: CloseReason = .endOfFile) {
    state.mutex.withLock {
      $0.closedWith = LibvirtError(
        code: .internalError, domain: .rpc, message: "internal error: client socket is closed", function: "")
    }
    let listeners = state.listeners.withLock { listeners in
      defer { listeners = [] }
      return listeners
    }
    for fanout in listeners { fanout.finish(reason) }
  }

  /// Decides what becomes of each call from now on.
  package func decideFates(_ fate: @escaping @Sendable (Call) -> Fate) { state.mutex.withLock { $0.fate = fate } }

  /// Decides when each event from now on arrives: once for each duration that is returned, never where none is.
  package func decideDeliveries(_ delivery: @escaping @Sendable (DomainEvent) -> [Duration]) {
    state.mutex.withLock { $0.delivery = delivery }
  }

  /// What the guests of domains that are still to come do.
  package func setDefaultGuest(_ guest: Guest) { defaultGuest.withLock { $0 = guest } }

  package func setGuest(_ guest: Guest, of domain: DomainUUID) { change(domain) { $0.guest = guest } }
  package func setJob(_ job: JobState, of domain: DomainUUID) { change(domain) { $0.job = job } }
  package func setControl(_ control: ControlState, of domain: DomainUUID) { change(domain) { $0.control = control } }
  package func setNetworks(_ networks: [NetworkSummary]) { state.mutex.withLock { $0.networks = networks } }

  func change(_ domain: DomainUUID, _ body: (inout FakeDomain) -> Void) {
    state.mutex.withLock { state in
      if var found = state.domains[domain] {
        body(&found)
        state.domains[domain] = found
      }
    }
  }

  func emit(_ kind: DomainEvent.Kind, of domain: DomainUUID, name: String) {
    let event = DomainEvent(uuid: domain, name: name, kind: kind)
    let delivery = state.mutex.withLock { $0.delivery }
    for delay in delivery(event) {
      guard delay > .zero else {
        send(event)
        continue
      }
      Task {
        await sleep(delay)
        send(event)
      }
    }
  }

  private func send(_ event: DomainEvent) {
    for fanout in state.listeners.withLock({ $0 }) { fanout.send(.domain(event)) }
  }

  func guest(of domain: FakeDomain) -> Guest { domain.guest ?? defaultGuest.withLock { $0 } }
}
