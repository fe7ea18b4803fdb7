package import Vocabulary

/// libvirt as vmctl sees it: one method a libvirt call (or a read that belongs together), nothing remembered, no
/// policy. `Connection` is the real one; a fake, a counter and a fault injector stand behind the same protocol.
///
/// Each method is one whole operation: the domain is looked up, the call made and the error read in one hop, and no
/// libvirt handle leaves it. A domain that libvirt does not know is `LibvirtError` with code `noDomain`, save in
/// `observe`. Returning without an error does not mean "done" and an error does not mean "not done" (I5): read back.
package protocol Hypervisor: Sendable {
  /// Who answers: URI, names, versions, and the host's UUID that keys the store.
  func host() async throws(LibvirtError) -> HostDescription

  /// `virConnectGetCapabilities`, as libvirt returned it.
  func capabilities() async throws(LibvirtError) -> XMLText

  /// `virConnectGetDomainCapabilities`; what the query leaves out is libvirt's default.
  func domainCapabilities(_ query: DomainCapabilitiesQuery) async throws(LibvirtError) -> XMLText

  /// `virConnectBaselineHypervisorCPU`: what the host can give of a CPU model, or of what `host-model` stands for. What
  /// it cannot give is `disable`; `expanded`: with the model's own features named.
  func baseline(_ cpu: XMLText, _ query: DomainCapabilitiesQuery, expanded: Bool) async throws(LibvirtError) -> XMLText

  /// All networks; none where the daemon has no network driver.
  func networks() async throws(LibvirtError) -> [NetworkSummary]

  /// All domains, in no order, at the cost of two round trips for any number of them.
  func domains() async throws(LibvirtError) -> [DomainSummary]

  /// Everything a plan needs of one domain, read in one hop, both sides belonging to one state.
  ///
  /// Returns `nil` where libvirt does not know the domain. Never asks for secrets.
  func observe(_ reference: DomainReference) async throws(LibvirtError) -> Observation?

  /// `observe` for many domains, in their order and without those that libvirt does not know.
  ///
  /// What is asked for each domain by itself is its two documents only; everything else comes for all at once. For
  /// looking at all domains, where three or four more round trips for each would cost as much as the documents.
  func observe(_ domains: [DomainUUID]) async throws(LibvirtError) -> [Observation]

  /// As `observe` for many, without keeping any: `look` sees each as it is read, on whatever thread. What was started
  /// or stopped meanwhile is seen as of one of the two moments. For looking at all domains again and again.
  func survey(_ domains: [DomainUUID], _ look: @escaping @Sendable (Observation) -> Void) async throws(LibvirtError)

  /// Guests of the domain that are in memory of their own, in a file: its managed save, and its snapshots with memory,
  /// each as the document that libvirt keeps with it.
  func savedGuests(of domain: DomainUUID) async throws(LibvirtError) -> [SavedGuest]

  /// Defines a domain that does not exist yet, its XML checked against libvirt's schema.
  ///
  /// The only way to define in the program, and called from one place (I1). libvirt itself would redefine an existing
  /// domain of the same name and UUID here: the caller makes sure that there is none.
  func create(_ definition: XMLText) async throws(LibvirtError) -> DomainUUID

  /// Starts a domain that is shut off; from its saved image where it has one.
  func start(_ domain: DomainUUID) async throws(LibvirtError)

  /// Asks the guest to shut down (ACPI) and returns at once.
  func shutdown(_ domain: DomainUUID) async throws(LibvirtError)

  /// Ends the domain as pulling the plug would.
  func destroy(_ domain: DomainUUID) async throws(LibvirtError)

  /// Removes the persistent definition; a running domain goes on as a transient one.
  func undefine(_ domain: DomainUUID, _ options: UndefineOptions) async throws(LibvirtError)

  /// `virDomainAttachDeviceFlags` for one side.
  func attach(_ device: XMLText, to domain: DomainUUID, side: Side) async throws(LibvirtError)

  /// `virDomainDetachDeviceFlags` for one side. On the live side it waits up to 5 s for the guest and returns without
  /// an error when the guest did not let go.
  func detach(_ device: XMLText, from domain: DomainUUID, side: Side) async throws(LibvirtError)

  /// `virDomainDetachDeviceAlias` for one side. On the live side it asks the guest and does not wait.
  ///
  /// An alias that is not there is code `internalError`, not `deviceMissing`.
  func detach(alias: String, from domain: DomainUUID, side: Side) async throws(LibvirtError)

  /// `virDomainUpdateDeviceFlags` for one side. `force` opens a tray that the guest has locked.
  func update(_ device: XMLText, of domain: DomainUUID, side: Side, force: Bool) async throws(LibvirtError)

  /// Sets something of the domain that is no device, on one side.
  func set(_ setting: SettingCall, of domain: DomainUUID, side: Side) async throws(LibvirtError)

  /// Reads a side's definition with what is secret in it, has a device element made of it, and updates the device, all
  /// in one hop: no secret leaves the call (I8). `change` returns `nil` where the definition has no such device.
  func updateSecurely(
    _ domain: DomainUUID, side: Side, _ change: @escaping @Sendable (XMLText) -> XMLText?
  ) async throws(LibvirtError)

  /// Bytes that the guest sees of a disk of a running domain, by its target.
  func capacity(ofDisk target: String, of domain: DomainUUID) async throws(LibvirtError) -> UInt64

  /// Changes a disk's size while the domain runs.
  func resize(disk target: String, of domain: DomainUUID, to bytes: UInt64) async throws(LibvirtError)

  /// Whether the domain starts with the host.
  func autostart(of domain: DomainUUID) async throws(LibvirtError) -> Bool

  /// Sets or, with `nil`, removes the one metadata element of the namespace `uri` on one side. Other namespaces stay.
  func setMetadata(_ element: XMLText?, prefix: String, uri: String, of domain: DomainUUID, side: Side)
    async throws(LibvirtError)

  /// The metadata element of the namespace `uri` on one side, without its namespace prefix (libvirt strips it);
  /// `nil` where there is none.
  func metadata(uri: String, of domain: DomainUUID, side: Side) async throws(LibvirtError) -> XMLText?

  /// What long job runs on the domain; none where it is not active. May wait for the domain's lock up to 30 s: ask
  /// `control` first.
  func job(of domain: DomainUUID) async throws(LibvirtError) -> JobState

  /// Whether the channel to the domain's hypervisor process is free; it is where there is no process. Never blocks.
  func control(of domain: DomainUUID) async throws(LibvirtError) -> ControlState

  /// The command line libvirt would start `definition` with (`virConnectDomainXMLToNative`, `qemu-argv`). Starts
  /// nothing; throws where the definition could not be started.
  func nativeCommandLine(for definition: XMLText) async throws(LibvirtError) -> XMLText

  /// Events of all domains from now on: libvirt has the subscriptions when this returns.
  ///
  /// The buffer is bounded. Where it overflows, or the connection ends, the stream says so (`resync`, `closed`): an
  /// event is only ever a reason to look.
  func events() async throws(LibvirtError) -> AsyncStream<HypervisorEvent>

  /// Ends the connection and every event stream. What is under way finishes first.
  func close() async
}

extension Hypervisor {
  package func observe(_ domains: [DomainUUID]) async throws(LibvirtError) -> [Observation] {
    var observations: [Observation] = []
    for domain in domains {
      if let observation = try await observe(.uuid(domain)) { observations.append(observation) }
    }
    return observations
  }

  package func survey(
    _ domains: [DomainUUID], _ look: @escaping @Sendable (Observation) -> Void
  ) async throws(LibvirtError) {
    for domain in domains {
      if let observation = try await observe(.uuid(domain)) { look(observation) }
    }
  }
}
