import DomainXML
package import Libvirt
import Synchronization
package import Vocabulary

extension FakeHypervisor {
  /// One call: noted, refused where the test said so, done, or done and its reply lost.
  func perform<T>(
    _ kind: CountingHypervisor.Call, on domain: DomainUUID? = nil, side: Side? = nil, text: XMLText? = nil,
    _ body: (inout State) throws(LibvirtError) -> T
  ) async throws(LibvirtError) -> T {
    let call = Call(kind: kind, domain: domain, side: side, text: text)
    let fate = state.mutex.withLock { $0.closedWith == nil ? $0.fate : { _ in .asUsual } }(call)
    if fate != .neverDelivered { try await waitForJob(kind, on: domain) }
    if fate == .neverDelivered {
      state.mutex.withLock { $0.calls.append(call) }
      disconnect()
      throw FakeHypervisor.cutOff(kind)
    }
    let isCutOff = fate == .replyLost || fate == .leavesPhantom
    do throws(LibvirtError) {
      let value = try state.mutex.withLock { (state) throws(LibvirtError) in
        let fault = try FakeHypervisor.admit(call, fate, &state)
        let result = try body(&state)
        if let hook = state.hooks.firstIndex(where: { $0.call == kind }) { state.hooks.remove(at: hook).run() }
        if let fault { throw fault.error }
        return result
      }
      if !isCutOff { return value }
    } catch {
      if !isCutOff { throw error }
    }
    disconnect()
    throw FakeHypervisor.cutOff(kind)
  }

  /// Notes a call. Throws where it is not to do its work; returns what it is to answer after that.
  private static func admit(_ call: Call, _ fate: Fate, _ state: inout State) throws(LibvirtError) -> Fault? {
    let kind = call.kind
    state.calls.append(call)
    if let error = state.closedWith { throw error }
    if case .fails(let error) = fate { throw error }
    if fate == .leavesPhantom, let domain = call.domain, let text = call.text {
      try state.domains[domain]?.leavePhantom(text)
      throw cutOff(kind)
    }
    let fault = state.faults.firstIndex { $0.call == kind && $0.armedBy == nil }
      .map { state.faults.remove(at: $0) }
    for index in state.faults.indices where state.faults[index].armedBy == kind { state.faults[index].armedBy = nil }
    if let fault, !fault.afterDoing { throw fault.error }
    return fault
  }

  /// What a client is told when the connection breaks under a call (faults.md 2.1).
  private static func cutOff(_ kind: CountingHypervisor.Call) -> LibvirtError {
    LibvirtError(
      code: .systemError, domain: .rpc, message: "End of file while reading data: Input/output error",
      function: kind.rawValue)
  }

  /// One call on one domain, which `body` may change.
  func perform<T>(
    _ kind: CountingHypervisor.Call, on uuid: DomainUUID, _ function: String, side: Side? = nil, text: XMLText? = nil,
    _ body: (inout FakeDomain) throws(LibvirtError) -> T
  ) async throws(LibvirtError) -> T {
    try await perform(kind, on: uuid, side: side, text: text) { (state) throws(LibvirtError) in
      guard var domain = state.domains[uuid] else { throw FakeHypervisor.unknown(uuid) }
      let result: T
      do throws(LibvirtError) {
        result = try body(&domain)
      } catch {
        // What the hypervisor process remembers of a call that it refused.
        state.domains[uuid]?.phantoms = domain.phantoms
        throw error
      }
      state.domains[uuid] = domain.isPersistent || domain.live != nil ? domain : nil
      return result
    }
  }

  private static func unknown(_ uuid: DomainUUID) -> LibvirtError {
    LibvirtError(
      code: .noDomain, domain: .qemu, message: "Domain not found: no domain with matching uuid '\(uuid)'",
      function: "virDomainLookupByUUID")
  }

  /// A foreign job holds the domain: what would change it waits 30 s and gives up (T18).
  private func waitForJob(_ kind: CountingHypervisor.Call, on domain: DomainUUID?) async throws(LibvirtError) {
    func isHeld() -> Bool {
      state.mutex.withLock { state in domain.flatMap { state.domains[$0] }?.job.isRunning ?? false }
    }
    guard kind.isMutating, isHeld() else { return }
    await sleep(.seconds(30))
    guard isHeld() else { return }
    state.mutex.withLock { $0.calls.append(Call(kind: kind, domain: domain, side: nil, text: nil)) }
    throw LibvirtError(
      code: .operationTimeout, domain: .qemu,
      message: "Timed out during operation: cannot acquire state change lock "
        + "(held by monitor=remoteDispatchDomainMigratePerform3Params)",
      function: kind.rawValue)
  }

  func sleep(_ duration: Duration) async {
    // A call of libvirt's cannot be cancelled: it goes on, and so does this one.
    try? await clock.sleep(for: duration)
  }

  // MARK: Host

  package func host() async throws(LibvirtError) -> HostDescription {
    try await perform(.host) { _ in description }
  }

  package func capabilities() async throws(LibvirtError) -> XMLText {
    try await perform(.capabilities) { _ in FakeHost.capabilities(description.uuid) }
  }

  package func domainCapabilities(_ query: DomainCapabilitiesQuery) async throws(LibvirtError) -> XMLText {
    try await perform(.domainCapabilities) { _ in FakeHost.domainCapabilities(query) }
  }

  package func networks() async throws(LibvirtError) -> [NetworkSummary] {
    try await perform(.networks) { $0.networks }
  }

  /// Every CPU is one that the host can give in full.
  package func baseline(
    _ cpu: XMLText, _ query: DomainCapabilitiesQuery, expanded: Bool
  ) async throws(LibvirtError) -> XMLText {
    try await perform(.baseline, text: cpu) { _ in cpu }
  }

  /// What was saved is the running domain's definition.
  package func savedGuests(of domain: DomainUUID) async throws(LibvirtError) -> [SavedGuest] {
    try await perform(.savedGuests, on: domain, "virDomainManagedSaveGetXMLDesc") { domain in
      domain.saved.map { [SavedGuest(.managedSave, $0)] } ?? []
    }
  }

  package func nativeCommandLine(for definition: XMLText) async throws(LibvirtError) -> XMLText {
    try await perform(.nativeCommandLine, text: definition) { (_) throws(LibvirtError) in
      let root = try FakeDefinition.parse(definition, "virConnectDomainXMLToNative").root
      let machine = root.value(at: "os/type/@machine") ?? "pc"
      return XMLText("/usr/bin/qemu-system-x86_64 -name guest=\(root.child("name")?.text ?? "") -machine \(machine)")
    }
  }

  package func events() async throws(LibvirtError) -> AsyncStream<HypervisorEvent> {
    try await perform(.events) { _ in fanout.stream() }
  }

  package func close() async { fanout.finish(.client) }

  // MARK: Domains

  package func domains() async throws(LibvirtError) -> [DomainSummary] {
    try await perform(.domains) { state in
      state.domains.values.map {
        DomainSummary(uuid: $0.uuid, name: $0.name, state: $0.state, isPersistent: $0.isPersistent)
      }
    }
  }

  package func observe(_ reference: DomainReference) async throws(LibvirtError) -> Observation? {
    var uuid: DomainUUID?
    if case .uuid(let given) = reference { uuid = given }
    return try await perform(.observe, on: uuid) { state in
      let found =
        switch reference {
        case .uuid(let uuid): state.domains[uuid]
        case .name(let name): state.domains.values.first { $0.name == name }
        }
      guard let domain = found else { return nil }
      return Observation(
        uuid: domain.uuid, name: domain.name, id: domain.id, state: domain.state,
        stopReason: domain.state == .shutOff ? domain.stopReason : nil, isPersistent: domain.isPersistent,
        hasManagedSave: domain.saved != nil, live: domain.live,
        persistent: domain.isPersistent ? domain.persistent : nil)
    }
  }

  package func create(_ definition: XMLText) async throws(LibvirtError) -> DomainUUID {
    let function = "virDomainDefineXMLFlags"
    let (domain, isNew) = try await perform(.create, text: definition) { (state) throws(LibvirtError) in
      let complete = try FakeDefinition(definition, machines: FakeHost.machines)
      if let other = state.domains.values.first(where: { $0.name == complete.name && $0.uuid != complete.uuid }) {
        throw .failed("domain '\(other.name)' already exists with uuid \(other.uuid)", function)
      }
      guard var existing = state.domains[complete.uuid] else {
        let domain = FakeDomain(complete)
        state.domains[domain.uuid] = domain
        return (domain, true)
      }
      guard existing.name == complete.name else {
        throw .failed("domain '\(existing.name)' is already defined with uuid \(existing.uuid)", function)
      }
      existing.persistent = complete.text
      existing.isPersistent = true
      state.domains[complete.uuid] = existing
      return (existing, false)
    }
    emit(.lifecycle(isNew ? .definedAdded : .definedUpdated), of: domain.uuid, name: domain.name)
    return domain.uuid
  }

  package func undefine(_ uuid: DomainUUID, _ options: UndefineOptions) async throws(LibvirtError) {
    let name = try await perform(.undefine, on: uuid, "virDomainUndefineFlags") { (domain) throws(LibvirtError) in
      guard domain.isPersistent else { throw .invalid("cannot undefine transient domain", "virDomainUndefineFlags") }
      if domain.saved != nil, !options.contains(.managedSave) {
        throw .invalid("Refusing to undefine while domain managed save image exists", "virDomainUndefineFlags")
      }
      domain.saved = nil
      domain.isPersistent = false
      return domain.name
    }
    emit(.lifecycle(.undefinedRemoved), of: uuid, name: name)
  }

  // MARK: Power

  package func start(_ uuid: DomainUUID) async throws(LibvirtError) {
    let (name, restored) = try await perform(.start, on: uuid) { (state) throws(LibvirtError) in
      guard var domain = state.domains[uuid] else { throw FakeHypervisor.unknown(uuid) }
      guard domain.live == nil else { throw .invalid("domain is already running", "virDomainCreate") }
      state.lastID += 1
      domain.id = state.lastID
      let restored = domain.saved != nil
      if let saved = domain.saved {
        domain.live = saved
        domain.pending = domain.savedPending
      } else {
        domain.live = try FakeRun.live(from: domain.persistent, id: state.lastID, "virDomainCreate")
      }
      domain.state = .running
      domain.saved = nil
      domain.savedPending = []
      state.domains[uuid] = domain
      return (domain.name, restored)
    }
    emit(.lifecycle(restored ? .startedRestored : .startedBooted), of: uuid, name: name)
  }

  package func shutdown(_ uuid: DomainUUID) async throws(LibvirtError) {
    let function = "virDomainShutdownFlags"
    let taken: Guest = try await perform(.shutdown, on: uuid, function) { (domain) throws(LibvirtError) in
      guard domain.live != nil else { throw .invalid("domain is not running", function) }
      return self.guest(of: domain)
    }
    guard case .acknowledges(let delay) = taken else { return }
    Task {
      await sleep(delay)
      stop(uuid, .shutdown)
    }
  }

  package func destroy(_ uuid: DomainUUID) async throws(LibvirtError) {
    try await perform(.destroy, on: uuid, "virDomainDestroy") { (domain) throws(LibvirtError) in
      guard domain.live != nil else { throw .invalid("domain is not running", "virDomainDestroy") }
    }
    stop(uuid, .destroyed)
  }

  // MARK: Metadata

  package func setMetadata(
    _ element: XMLText?, prefix: String, uri: String, of uuid: DomainUUID, side: Side
  ) async throws(LibvirtError) {
    let function = "virDomainSetMetadata"
    let name = try await perform(.setMetadata, on: uuid, function, side: side, text: element) {
      (domain) throws(LibvirtError) in
      let text = try domain.text(side, function)
      domain.setText(try FakeMetadata.set(element, prefix: prefix, uri: uri, in: text), side)
      return domain.name
    }
    emit(.metadataChange(type: .element, uri: uri), of: uuid, name: name)
  }

  package func metadata(uri: String, of uuid: DomainUUID, side: Side) async throws(LibvirtError) -> XMLText? {
    try await perform(.metadata, on: uuid, "virDomainGetMetadata", side: side) { (domain) throws(LibvirtError) in
      try FakeMetadata.get(uri: uri, in: try domain.text(side, "virDomainGetMetadata"))
    }
  }

  // MARK: Jobs

  package func job(of uuid: DomainUUID) async throws(LibvirtError) -> JobState {
    try await perform(.job, on: uuid, "virDomainGetJobStats") { $0.job }
  }

  package func control(of uuid: DomainUUID) async throws(LibvirtError) -> ControlState {
    try await perform(.control, on: uuid, "virDomainGetControlInfo") { $0.control }
  }
}
