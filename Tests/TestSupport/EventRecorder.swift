package import Libvirt
package import Vocabulary

/// Keeps events in the order of their arrival, so that a check can wait for one that may have come already.
package actor EventRecorder {
  private(set) var events: [HypervisorEvent] = []

  package init() {}

  package func add(_ event: HypervisorEvent) { events.append(event) }

  package func count(of event: HypervisorEvent) -> Int { events.count { $0 == event } }

  /// What has come so far for one domain.
  package func kinds(of domain: DomainUUID) -> [DomainEvent.Kind] {
    events.compactMap { event in
      guard case .domain(let event) = event, event.uuid == domain else { return nil }
      return event.kind
    }
  }

  /// Whether the event came, or comes within 10 s of real time: events travel apart from replies.
  package func sees(_ kind: DomainEvent.Kind, of domain: DomainUUID, times: Int = 1) async throws -> Bool {
    for _ in 0..<1000 {
      if kinds(of: domain).filter({ $0 == kind }).count >= times { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }
}
