internal import Synchronization
package import Vocabulary

/// Counts the calls that go through it: what a reconcile costs, and that a second one changes nothing (I9).
package final class CountingHypervisor: Hypervisor {
  private let base: any Hypervisor
  private let calls = Mutex<[Call: Int]>([:])

  private let onCall: @Sendable (Call) -> Void

  /// `onCall` is told of each call before it is made.
  package init(_ base: any Hypervisor, onCall: @escaping @Sendable (Call) -> Void = { (_) in }) {
    self.base = base
    self.onCall = onCall
  }

  /// The methods of `Hypervisor`, by which calls are counted.
  package enum Call: String, Sendable, CaseIterable {
    case host, capabilities, domainCapabilities, networks, domains, observe, observeMany, metadata, job, control
    case nativeCommandLine, events, close, autostart, capacity, baseline, savedGuests
    case create, start, shutdown, destroy, undefine, attach, detach, detachAlias, update, setMetadata, set,
      updateSecurely, resize

    /// Whether the call is meant to change something.
    package var isMutating: Bool {
      switch self {
      case .host, .capabilities, .domainCapabilities, .networks, .domains, .observe, .observeMany, .metadata, .job,
        .control,
        .nativeCommandLine, .events, .close, .autostart, .capacity, .baseline, .savedGuests:
        false
      case .create, .start, .shutdown, .destroy, .undefine, .attach, .detach, .detachAlias, .update, .setMetadata, .set,
        .updateSecurely, .resize:
        true
      }
    }
  }

  /// Calls by name since the last `reset`, failed ones included.
  package var counts: [String: Int] {
    calls.withLock { Dictionary(uniqueKeysWithValues: $0.map { ($0.key.rawValue, $0.value) }) }
  }

  package var mutatingCalls: Int {
    calls.withLock { $0.filter { $0.key.isMutating }.values.reduce(0, +) }
  }

  package func reset() { calls.withLock { $0 = [:] } }

  private func count(_ call: Call) -> any Hypervisor {
    calls.withLock { $0[call, default: 0] += 1 }
    onCall(call)
    return base
  }

  package func host() async throws(LibvirtError) -> HostDescription { try await count(.host).host() }

  package func capabilities() async throws(LibvirtError) -> XMLText { try await count(.capabilities).capabilities() }

  package func domainCapabilities(_ query: DomainCapabilitiesQuery) async throws(LibvirtError) -> XMLText {
    try await count(.domainCapabilities).domainCapabilities(query)
  }

  package func baseline(
    _ cpu: XMLText, _ query: DomainCapabilitiesQuery, expanded: Bool
  ) async throws(LibvirtError) -> XMLText {
    try await count(.baseline).baseline(cpu, query, expanded: expanded)
  }

  package func savedGuests(of domain: DomainUUID) async throws(LibvirtError) -> [SavedGuest] {
    try await count(.savedGuests).savedGuests(of: domain)
  }

  package func networks() async throws(LibvirtError) -> [NetworkSummary] { try await count(.networks).networks() }

  package func domains() async throws(LibvirtError) -> [DomainSummary] { try await count(.domains).domains() }

  package func observe(_ reference: DomainReference) async throws(LibvirtError) -> Observation? {
    try await count(.observe).observe(reference)
  }

  package func observe(_ domains: [DomainUUID]) async throws(LibvirtError) -> [Observation] {
    try await count(.observeMany).observe(domains)
  }

  package func survey(
    _ domains: [DomainUUID], _ look: @escaping @Sendable (Observation) -> Void
  ) async throws(LibvirtError) {
    try await count(.observeMany).survey(domains, look)
  }

  package func create(_ definition: XMLText) async throws(LibvirtError) -> DomainUUID {
    try await count(.create).create(definition)
  }

  package func start(_ domain: DomainUUID) async throws(LibvirtError) { try await count(.start).start(domain) }

  package func shutdown(_ domain: DomainUUID) async throws(LibvirtError) {
    try await count(.shutdown).shutdown(domain)
  }

  package func destroy(_ domain: DomainUUID) async throws(LibvirtError) { try await count(.destroy).destroy(domain) }

  package func undefine(_ domain: DomainUUID, _ options: UndefineOptions) async throws(LibvirtError) {
    try await count(.undefine).undefine(domain, options)
  }

  package func attach(_ device: XMLText, to domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await count(.attach).attach(device, to: domain, side: side)
  }

  package func detach(_ device: XMLText, from domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await count(.detach).detach(device, from: domain, side: side)
  }

  package func detach(alias: String, from domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await count(.detachAlias).detach(alias: alias, from: domain, side: side)
  }

  package func update(_ device: XMLText, of domain: DomainUUID, side: Side, force: Bool) async throws(LibvirtError) {
    try await count(.update).update(device, of: domain, side: side, force: force)
  }

  package func setMetadata(
    _ element: XMLText?, prefix: String, uri: String, of domain: DomainUUID, side: Side
  ) async throws(LibvirtError) {
    try await count(.setMetadata).setMetadata(element, prefix: prefix, uri: uri, of: domain, side: side)
  }

  package func set(_ setting: SettingCall, of domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await count(.set).set(setting, of: domain, side: side)
  }

  package func updateSecurely(
    _ domain: DomainUUID, side: Side, _ change: @escaping @Sendable (XMLText) -> XMLText?
  ) async throws(LibvirtError) {
    try await count(.updateSecurely).updateSecurely(domain, side: side, change)
  }

  package func capacity(ofDisk target: String, of domain: DomainUUID) async throws(LibvirtError) -> UInt64 {
    try await count(.capacity).capacity(ofDisk: target, of: domain)
  }

  package func resize(disk target: String, of domain: DomainUUID, to bytes: UInt64) async throws(LibvirtError) {
    try await count(.resize).resize(disk: target, of: domain, to: bytes)
  }

  package func autostart(of domain: DomainUUID) async throws(LibvirtError) -> Bool {
    try await count(.autostart).autostart(of: domain)
  }

  package func metadata(uri: String, of domain: DomainUUID, side: Side) async throws(LibvirtError) -> XMLText? {
    try await count(.metadata).metadata(uri: uri, of: domain, side: side)
  }

  package func job(of domain: DomainUUID) async throws(LibvirtError) -> JobState {
    try await count(.job).job(of: domain)
  }

  package func control(of domain: DomainUUID) async throws(LibvirtError) -> ControlState {
    try await count(.control).control(of: domain)
  }

  package func nativeCommandLine(for definition: XMLText) async throws(LibvirtError) -> XMLText {
    try await count(.nativeCommandLine).nativeCommandLine(for: definition)
  }

  package func events() async throws(LibvirtError) -> AsyncStream<HypervisorEvent> {
    try await count(.events).events()
  }

  package func close() async { await count(.close).close() }
}
