package import Faults

#if Faults
  package import Vocabulary
#else
  import Vocabulary
#endif

/// The places before and after libvirt calls at which tests can have something happen.
package enum LibvirtFailpoints {
  /// Calls that have a side are told by it: what is lost between two sides is another fault than what is lost before
  /// the first.
  private static let sided: [CountingHypervisor.Call] = [.attach, .detach, .update, .set, .setMetadata]
  private static let whole: [CountingHypervisor.Call] = [
    .observe, .create, .start, .shutdown, .destroy, .undefine, .updateSecurely, .resize,
  ]

  package static let all: [Failpoint] =
    whole.flatMap { call in Failpoint.Moment.allCases.map { point(call, nil, $0) } }
    + sided.flatMap { call in
      Side.allCases.flatMap { side in Failpoint.Moment.allCases.map { point(call, side, $0) } }
    }

  static func point(_ call: CountingHypervisor.Call, _ side: Side?, _ moment: Failpoint.Moment) -> Failpoint {
    Failpoint("libvirt." + call.rawValue + (side.map { "." + $0.rawValue } ?? ""), moment)
  }
}

#if Faults
  /// Goes through a failpoint before and after every call that reads a domain or changes something.
  package final class FailpointHypervisor: Hypervisor {
    private let base: any Hypervisor

    package init(_ base: any Hypervisor) { self.base = base }

    private func at<Value>(
      _ call: CountingHypervisor.Call, _ side: Side? = nil, _ body: () async throws(LibvirtError) -> Value
    ) async throws(LibvirtError) -> Value {
      try reach(call, side, .before)
      let result: Result<Value, LibvirtError>
      do throws(LibvirtError) {
        result = .success(try await body())
      } catch {
        result = .failure(error)
      }
      try reach(call, side, .after)
      return try result.get()
    }

    private func reach(_ call: CountingHypervisor.Call, _ side: Side?, _ moment: Failpoint.Moment) throws(LibvirtError)
    {
      do throws(FailpointStop) {
        try Failpoint.reach(LibvirtFailpoints.point(call, side, moment))
      } catch {
        throw LibvirtError(
          code: .systemError, domain: .rpc, message: "stopped at \(error.point)", function: call.rawValue)
      }
    }

    package func host() async throws(LibvirtError) -> HostDescription { try await base.host() }
    package func capabilities() async throws(LibvirtError) -> XMLText { try await base.capabilities() }
    package func networks() async throws(LibvirtError) -> [NetworkSummary] { try await base.networks() }
    package func domains() async throws(LibvirtError) -> [DomainSummary] { try await base.domains() }
    package func events() async throws(LibvirtError) -> AsyncStream<HypervisorEvent> { try await base.events() }
    package func close() async { await base.close() }

    package func domainCapabilities(_ query: DomainCapabilitiesQuery) async throws(LibvirtError) -> XMLText {
      try await base.domainCapabilities(query)
    }

    package func baseline(
      _ cpu: XMLText, _ query: DomainCapabilitiesQuery, expanded: Bool
    ) async throws(LibvirtError) -> XMLText {
      try await base.baseline(cpu, query, expanded: expanded)
    }

    package func savedGuests(of domain: DomainUUID) async throws(LibvirtError) -> [SavedGuest] {
      try await base.savedGuests(of: domain)
    }

    package func observe(_ reference: DomainReference) async throws(LibvirtError) -> Observation? {
      try await at(.observe) { () async throws(LibvirtError) in try await base.observe(reference) }
    }

    package func observe(_ domains: [DomainUUID]) async throws(LibvirtError) -> [Observation] {
      try await base.observe(domains)
    }

    package func survey(
      _ domains: [DomainUUID], _ look: @escaping @Sendable (Observation) -> Void
    ) async throws(LibvirtError) {
      try await base.survey(domains, look)
    }

    package func create(_ definition: XMLText) async throws(LibvirtError) -> DomainUUID {
      try await at(.create) { () async throws(LibvirtError) in try await base.create(definition) }
    }

    package func start(_ domain: DomainUUID) async throws(LibvirtError) {
      try await at(.start) { () async throws(LibvirtError) in try await base.start(domain) }
    }

    package func shutdown(_ domain: DomainUUID) async throws(LibvirtError) {
      try await at(.shutdown) { () async throws(LibvirtError) in try await base.shutdown(domain) }
    }

    package func destroy(_ domain: DomainUUID) async throws(LibvirtError) {
      try await at(.destroy) { () async throws(LibvirtError) in try await base.destroy(domain) }
    }

    package func undefine(_ domain: DomainUUID, _ options: UndefineOptions) async throws(LibvirtError) {
      try await at(.undefine) { () async throws(LibvirtError) in try await base.undefine(domain, options) }
    }

    package func attach(_ device: XMLText, to domain: DomainUUID, side: Side) async throws(LibvirtError) {
      try await at(.attach, side) { () async throws(LibvirtError) in
        try await base.attach(device, to: domain, side: side)
      }
    }

    package func detach(_ device: XMLText, from domain: DomainUUID, side: Side) async throws(LibvirtError) {
      try await at(.detach, side) { () async throws(LibvirtError) in
        try await base.detach(device, from: domain, side: side)
      }
    }

    // No command detaches by alias, so no test could have anything happen there.
    package func detach(alias: String, from domain: DomainUUID, side: Side) async throws(LibvirtError) {
      try await base.detach(alias: alias, from: domain, side: side)
    }

    package func update(
      _ device: XMLText, of domain: DomainUUID, side: Side, force: Bool
    ) async throws(LibvirtError) {
      try await at(.update, side) { () async throws(LibvirtError) in
        try await base.update(device, of: domain, side: side, force: force)
      }
    }

    package func set(_ setting: SettingCall, of domain: DomainUUID, side: Side) async throws(LibvirtError) {
      try await at(.set, side) { () async throws(LibvirtError) in
        try await base.set(setting, of: domain, side: side)
      }
    }

    package func updateSecurely(
      _ domain: DomainUUID, side: Side, _ change: @escaping @Sendable (XMLText) -> XMLText?
    ) async throws(LibvirtError) {
      try await at(.updateSecurely) { () async throws(LibvirtError) in
        try await base.updateSecurely(domain, side: side, change)
      }
    }

    package func capacity(ofDisk target: String, of domain: DomainUUID) async throws(LibvirtError) -> UInt64 {
      try await base.capacity(ofDisk: target, of: domain)
    }

    package func resize(disk target: String, of domain: DomainUUID, to bytes: UInt64) async throws(LibvirtError) {
      try await at(.resize) { () async throws(LibvirtError) in
        try await base.resize(disk: target, of: domain, to: bytes)
      }
    }

    package func autostart(of domain: DomainUUID) async throws(LibvirtError) -> Bool {
      try await base.autostart(of: domain)
    }

    package func setMetadata(
      _ element: XMLText?, prefix: String, uri: String, of domain: DomainUUID, side: Side
    ) async throws(LibvirtError) {
      try await at(.setMetadata, side) { () async throws(LibvirtError) in
        try await base.setMetadata(element, prefix: prefix, uri: uri, of: domain, side: side)
      }
    }

    package func metadata(uri: String, of domain: DomainUUID, side: Side) async throws(LibvirtError) -> XMLText? {
      try await base.metadata(uri: uri, of: domain, side: side)
    }

    package func job(of domain: DomainUUID) async throws(LibvirtError) -> JobState { try await base.job(of: domain) }

    package func control(of domain: DomainUUID) async throws(LibvirtError) -> ControlState {
      try await base.control(of: domain)
    }

    package func nativeCommandLine(for definition: XMLText) async throws(LibvirtError) -> XMLText {
      try await base.nativeCommandLine(for: definition)
    }
  }
#endif
