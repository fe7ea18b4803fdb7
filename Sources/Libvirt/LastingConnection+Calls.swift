package import Vocabulary

// Which call reads and which changes something is decided here, once, as `CountingHypervisor.Call` says it.
extension LastingConnection {
  /// Of the connection that there is now: it was asked when that was made.
  package func host() async throws(LibvirtError) -> HostDescription {
    try await reading { (link) async throws(LibvirtError) in link.description }
  }

  package func capabilities() async throws(LibvirtError) -> XMLText {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.capabilities() }
  }

  package func domainCapabilities(_ query: DomainCapabilitiesQuery) async throws(LibvirtError) -> XMLText {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.domainCapabilities(query) }
  }

  package func baseline(
    _ cpu: XMLText, _ query: DomainCapabilitiesQuery, expanded: Bool
  ) async throws(LibvirtError) -> XMLText {
    try await reading { (link) async throws(LibvirtError) in
      try await link.hypervisor.baseline(cpu, query, expanded: expanded)
    }
  }

  package func savedGuests(of domain: DomainUUID) async throws(LibvirtError) -> [SavedGuest] {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.savedGuests(of: domain) }
  }

  package func networks() async throws(LibvirtError) -> [NetworkSummary] {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.networks() }
  }

  package func domains() async throws(LibvirtError) -> [DomainSummary] {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.domains() }
  }

  package func observe(_ reference: DomainReference) async throws(LibvirtError) -> Observation? {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.observe(reference) }
  }

  package func observe(_ domains: [DomainUUID]) async throws(LibvirtError) -> [Observation] {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.observe(domains) }
  }

  package func survey(
    _ domains: [DomainUUID], _ look: @escaping @Sendable (Observation) -> Void
  ) async throws(LibvirtError) {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.survey(domains, look) }
  }

  package func capacity(ofDisk target: String, of domain: DomainUUID) async throws(LibvirtError) -> UInt64 {
    try await reading { (link) async throws(LibvirtError) in
      try await link.hypervisor.capacity(ofDisk: target, of: domain)
    }
  }

  package func autostart(of domain: DomainUUID) async throws(LibvirtError) -> Bool {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.autostart(of: domain) }
  }

  package func metadata(uri: String, of domain: DomainUUID, side: Side) async throws(LibvirtError) -> XMLText? {
    try await reading { (link) async throws(LibvirtError) in
      try await link.hypervisor.metadata(uri: uri, of: domain, side: side)
    }
  }

  package func job(of domain: DomainUUID) async throws(LibvirtError) -> JobState {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.job(of: domain) }
  }

  package func control(of domain: DomainUUID) async throws(LibvirtError) -> ControlState {
    try await reading { (link) async throws(LibvirtError) in try await link.hypervisor.control(of: domain) }
  }

  package func nativeCommandLine(for definition: XMLText) async throws(LibvirtError) -> XMLText {
    try await reading { (link) async throws(LibvirtError) in
      try await link.hypervisor.nativeCommandLine(for: definition)
    }
  }

  // MARK: What changes something

  package func create(_ definition: XMLText) async throws(LibvirtError) -> DomainUUID {
    try await changing { (hypervisor) async throws(LibvirtError) in try await hypervisor.create(definition) }
  }

  package func start(_ domain: DomainUUID) async throws(LibvirtError) {
    try await changing(isStart: true) { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.start(domain)
    }
  }

  package func shutdown(_ domain: DomainUUID) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in try await hypervisor.shutdown(domain) }
  }

  package func destroy(_ domain: DomainUUID) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in try await hypervisor.destroy(domain) }
  }

  package func undefine(_ domain: DomainUUID, _ options: UndefineOptions) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in try await hypervisor.undefine(domain, options) }
  }

  package func attach(_ device: XMLText, to domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.attach(device, to: domain, side: side)
    }
  }

  package func detach(_ device: XMLText, from domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.detach(device, from: domain, side: side)
    }
  }

  package func detach(alias: String, from domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.detach(alias: alias, from: domain, side: side)
    }
  }

  package func update(_ device: XMLText, of domain: DomainUUID, side: Side, force: Bool) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.update(device, of: domain, side: side, force: force)
    }
  }

  package func set(_ setting: SettingCall, of domain: DomainUUID, side: Side) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.set(setting, of: domain, side: side)
    }
  }

  package func updateSecurely(
    _ domain: DomainUUID, side: Side, _ change: @escaping @Sendable (XMLText) -> XMLText?
  ) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.updateSecurely(domain, side: side, change)
    }
  }

  package func resize(disk target: String, of domain: DomainUUID, to bytes: UInt64) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.resize(disk: target, of: domain, to: bytes)
    }
  }

  package func setMetadata(
    _ element: XMLText?, prefix: String, uri: String, of domain: DomainUUID, side: Side
  ) async throws(LibvirtError) {
    try await changing { (hypervisor) async throws(LibvirtError) in
      try await hypervisor.setMetadata(element, prefix: prefix, uri: uri, of: domain, side: side)
    }
  }
}
