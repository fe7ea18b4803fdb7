package import Libvirt
package import Vocabulary

/// One stream of libvirt's events, fanned out by domain. Waiters are woken, never told what is: an event is a hint to
/// look (design section 4).
package actor EventHub {
  private var counts: [DomainUUID: Int] = [:]
  private var everything = 0
  private var refusals: [DomainUUID: Set<String>] = [:]
  private var waiters: [Int: Waiter] = [:]
  private var nextWaiter = 0
  private var pump: Task<Void, Never>?

  private struct Waiter {
    let domain: DomainUUID
    let continuation: CheckedContinuation<Void, Never>
  }

  package init() {}

  /// Follows a stream that is registered already, so that nothing between registering and the first read is missed.
  package func follow(_ events: AsyncStream<HypervisorEvent>) {
    pump?.cancel()
    pump = Task { [weak self] in
      for await event in events { await self?.take(event) }
      await self?.take(.resync)
    }
  }

  package func stop() {
    pump?.cancel()
    pump = nil
    wake { _ in true }
  }

  /// A mark to wait from: take it before the read that the wait is to protect.
  package func mark(_ domain: DomainUUID) -> Int { counts[domain, default: 0] + everything }

  /// Whether the guest refused to let go of a device since the last `forgetRefusal`.
  package func wasRefused(_ alias: String, of domain: DomainUUID) -> Bool {
    refusals[domain]?.contains(alias) ?? false
  }

  package func forgetRefusal(_ alias: String, of domain: DomainUUID) {
    refusals[domain]?.remove(alias)
  }

  /// Returns when something happened to the domain since `mark`, or after `timeout`, whichever is first.
  package func wait(
    for domain: DomainUUID, since mark: Int, timeout: Duration, clock: any Clock<Duration>
  ) async {
    guard self.mark(domain) == mark, timeout > .zero else { return }
    let id = nextWaiter
    nextWaiter += 1
    let alarm = Task { [weak self] in
      // A cancelled sleep means that the wait is over already.
      try? await clock.sleep(for: timeout)
      await self?.end(id)
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          continuation.resume()
        } else {
          waiters[id] = Waiter(domain: domain, continuation: continuation)
        }
      }
    } onCancel: {
      Task { await self.end(id) }
    }
    alarm.cancel()
  }

  private func end(_ id: Int) {
    waiters.removeValue(forKey: id)?.continuation.resume()
  }

  private func take(_ event: HypervisorEvent) {
    switch event {
    case .domain(let event):
      counts[event.uuid, default: 0] += 1
      if case .removalFailed(let alias) = event.kind { refusals[event.uuid, default: []].insert(alias) }
      wake { $0 == event.uuid }
    case .closed, .resync:
      everything += 1
      wake { _ in true }
    }
  }

  private func wake(_ concerns: (DomainUUID) -> Bool) {
    for (id, waiter) in waiters where concerns(waiter.domain) { end(id) }
  }
}
