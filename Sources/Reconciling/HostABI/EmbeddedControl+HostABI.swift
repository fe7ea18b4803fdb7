package import Control
import DomainXML
import GuestABI
import Libvirt
import Store
package import Vocabulary

extension EmbeddedControl {
  package func capture(machines: [String]) async throws(Problem) -> HostCapture {
    try await capture(uri: workplace.uri, machines: machines)
  }

  private func capture(uri: String?, machines: [String]) async throws(Problem) -> HostCapture {
    let time = time
    return try await privileged(uri) { (hypervisor) async throws(Problem) in
      try await HostCapturer(hypervisor: hypervisor, time: time).capture(machines: machines)
    }
  }

  package func check(_ request: HostCheckRequest) async throws(Problem) -> HostCheckReport {
    let machines = try await machines(request)
    let target = try await describe(request.host, machines)
    // Guests that are read from libvirt are from its host.
    let isHere = request.from.isEmpty && !request.isStored
    let isKnown = isHere || !request.from.isEmpty
    let source = isKnown ? try await describe(request.from, machines) : nil
    var report = HostCheckReport(host: target.summary, from: source?.summary)
    let checker = HostChecker(to: target.offer, from: source?.offer)
    let files = isHere ? source?.uri.flatMap { HostFiles(uri: $0) } : nil
    try await eachGuest(request) { guest in
      switch guest {
      case .domain(let name, let text):
        report.add(checker.domain(text, named: name) { path in files?.exists(path) })
      case .saved(let name, let saved):
        switch saved.kind {
        case .managedSave: report.add(checker.managedSave(saved.document, of: name))
        case .snapshot(let snapshot):
          if let text = HostChecker.domain(inSnapshot: saved.document) {
            report.add(checker.snapshot(text, snapshot, of: name))
          }
        }
      }
    }
    return report
  }

  package func snapshot() async throws(Problem) -> HostSnapshot {
    try await verifying { (verifier) async throws(Problem) in try await verifier.snapshot() }
  }

  package func verify(_ snapshot: HostSnapshot) async throws(Problem) -> HostVerification {
    try await verifying { (verifier) async throws(Problem) in try await verifier.verify(snapshot) }
  }

  private func verifying<Answer>(
    _ body: (HostVerifier) async throws(Problem) -> Answer
  ) async throws(Problem) -> Answer {
    let store = try await workplace.look().store
    let time = time
    return try await privileged(workplace.uri) { (hypervisor) async throws(Problem) in
      try await body(HostVerifier(hypervisor: hypervisor, store: store, time: time))
    }
  }

  /// Domain capabilities are answered on no read-only connection: libvirt runs QEMU for them.
  private func privileged<Answer>(
    _ uri: String?, _ body: (any Hypervisor) async throws(Problem) -> Answer
  ) async throws(Problem) -> Answer {
    let connect = workplace.connect
    let hypervisor = try await asking("connecting to libvirt\(uri.map { " at \($0)" } ?? "")") {
      () throws(LibvirtError) in try await connect(uri, false)
    }
    let answer: Result<Answer, Problem>
    do throws(Problem) {
      answer = .success(try await body(hypervisor))
    } catch {
      answer = .failure(error)
    }
    await hypervisor.close()
    return try answer.get()
  }

  /// What is described by nothing is the host that is connected to.
  private func describe(_ sources: [HostSource], _ machines: [String]) async throws(Problem) -> HostDescriptionReader {
    var reader = HostDescriptionReader()
    for source in sources.isEmpty ? [nil] : sources.map(Optional.some) {
      switch source {
      case .text(let name, let bytes): try reader.add(bytes, from: name)
      case .uri(let uri): try reader.add(try await other(uri, machines), from: uri)
      case nil: try reader.add(try await capture(machines: machines), from: workplace.uri ?? "libvirt")
      }
    }
    return reader
  }

  /// What a host that was named offers. That it does not answer says nothing of the one that vmctl works on.
  private func other(_ uri: String, _ machines: [String]) async throws(Problem) -> HostCapture {
    do throws(Problem) {
      return try await capture(uri: uri, machines: machines)
    } catch {
      // libvirt calls a URI that it cannot read an internal error.
      guard ["no-connection", "libvirt"].contains(error.code.rawValue) else { throw error }
      throw Problem(
        "host-unreachable", error.message, path: "host", found: uri, remedy: error.remedy, underlying: error.underlying)
    }
  }

  private enum Guest {
    case domain(name: String, XMLText)
    case saved(name: String, SavedGuest)
  }

  /// Machine types that the guests have: a host that is asked is asked for these too.
  private func machines(_ request: HostCheckRequest) async throws(Problem) -> [String] {
    guard request.host.contains(where: { if case .uri = $0 { true } else { false } }) else { return [] }
    var found: Set<String> = []
    try await eachGuest(request) { guest in
      if case .domain(_, let text) = guest, let definition = try? DomainDefinition(text) {
        found.insert(definition.machine)
      }
    }
    return found.sorted()
  }

  /// One after the other: a store of any size needs the memory of one.
  private func eachGuest(_ request: HostCheckRequest, _ body: (Guest) -> Void) async throws(Problem) {
    if request.isStored { return try await eachStored(request.domains, body) }
    let looking = try await workplace.look()
    let hypervisor = try await looking.connecting.hypervisor()
    for name in request.domains.isEmpty ? try await names(hypervisor) : request.domains {
      let reference = DomainUUID(name).map { DomainReference.uuid($0) } ?? .name(name)
      guard let found = try await looking.reader.observe(reference) else {
        if request.domains.isEmpty { continue }
        throw Problem(
          "no-such-domain", "there is no domain '\(name)'", domain: name, remedy: "`vmctl get` lists the domains")
      }
      // What it starts with the next time; a domain without a definition is as it runs.
      if let text = found.persistent ?? found.live { body(.domain(name: found.name, text)) }
      let saved = try await asking("reading what is saved of the domain", domain: found.name) {
        () throws(LibvirtError) in try await hypervisor.savedGuests(of: found.uuid)
      }
      for guest in saved { body(.saved(name: found.name, guest)) }
    }
  }

  private func names(_ hypervisor: any Hypervisor) async throws(Problem) -> [String] {
    try await asking("listing domains") { () throws(LibvirtError) in try await hypervisor.domains() }
      .sorted { $0.name < $1.name }.map(\.uuid.description)
  }

  private func eachStored(_ names: [String], _ body: (Guest) -> Void) async throws(Problem) {
    let location = workplace.location
    guard let store = try await stored({ () throws(StoreError) in try RecordStore.openForReading(location) }) else {
      throw Problem("store", "there is no store", path: location.path, remedy: "name the store with --store")
    }
    let wanted = Set(names)
    let rows = try await stored { () throws(StoreError) in try await store.summaries() }.map(\.row)
    for row in rows.sorted(by: { $0.name < $1.name })
    where wanted.isEmpty || wanted.contains(row.name) || wanted.contains(row.key.domain.description) {
      let recorded = try await stored { () async throws(StoreError) -> RecordedSide? in
        if let definition = try await store.recorded(.persistent, of: row.key) { return definition }
        return try await store.recorded(.live, of: row.key)
      }
      if let recorded { body(.domain(name: row.name, recorded.xml)) }
    }
    let known = Set(rows.flatMap { [$0.name, $0.key.domain.description] })
    if let missing = names.first(where: { !known.contains($0) }) {
      throw Problem(
        "no-such-domain", "the store has no domain '\(missing)'", domain: missing,
        remedy: "`vmctl get` lists the domains")
    }
  }
}
