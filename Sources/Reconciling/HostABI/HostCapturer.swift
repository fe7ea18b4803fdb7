import Control
import DomainXML
import GuestABI
import Libvirt
import Store
import Vocabulary

/// Asks a host what it offers to guests. Nothing is started and nothing is written.
struct HostCapturer {
  let hypervisor: any Hypervisor
  let time: Timekeeper

  /// - Parameter machines: machine types to ask for beside the newest of each family and those that domains of the
  ///   host have.
  /// - Returns: what libvirt says, and the sizes of files where they can be looked at.
  /// - Throws: where libvirt cannot be asked.
  func capture(machines: [String]) async throws(Problem) -> HostCapture {
    let hypervisor = hypervisor
    let host = try await asking("asking libvirt who it is") { () throws(LibvirtError) in try await hypervisor.host() }
    let capabilities = try await asking("reading capabilities") { () throws(LibvirtError) in
      try await hypervisor.capabilities()
    }
    var capture = HostCapture(
      uri: host.uri, hostname: host.hostname, host: host.uuid, libvirt: host.libvirtVersion,
      hypervisor: host.hypervisorVersion, capturedAt: time.now().milliseconds, capabilities: capabilities.shown)
    var offer = HostOffer()
    try readable { () throws(XMLFault) in try offer.add(capabilities) }
    for query in try await queries(offer, capabilities, machines) {
      guard
        let answer = try await answered(to: { () async throws(LibvirtError) in
          try await hypervisor.domainCapabilities(query)
        })
      else { continue }
      capture.domainCapabilities.append(answer.shown)
      try readable { () throws(XMLFault) in try offer.add(answer) }
    }
    for platform in Set(offer.machineOffers.map(\.platform)).sorted(by: { "\($0)" < "\($1)" }) {
      capture.processors.append(try await processors(platform, offer))
    }
    capture.folders = HostFiles(uri: host.uri)?.list(HostFileList.romFolders + HostFileList.firmwareFolders).folders
    return capture
  }

  // MARK: What to ask for

  private func queries(
    _ offer: HostOffer, _ capabilities: XMLText, _ machines: [String]
  ) async throws(Problem) -> [DomainCapabilitiesQuery] {
    let hypervisor = hypervisor
    var wanted: [HostOffer.Platform: Set<String>] = [:]
    let native = try readable { () throws(XMLFault) in try DomainDocument(capabilities).root.value(at: "host/cpu/arch")
    }
    for (platform, types) in offer.machines where platform.architecture == native {
      // What a family's alias stands for: the newest.
      wanted[platform] = Set(types.values.compactMap(\.canonical)).union(machines.filter { types[$0] != nil })
    }
    let domains = try await asking("listing domains") { () throws(LibvirtError) in try await hypervisor.domains() }
    for observation in try await asking(
      "reading the domains",
      { () throws(LibvirtError) in
        try await hypervisor.observe(domains.map(\.uuid))
      })
    {
      guard let definition = try ObservedDomain(observation).leading else { continue }
      let platform = HostOffer.Platform(architecture: definition.architecture, virtType: definition.type)
      if offer.machines[platform]?[definition.machine] != nil {
        wanted[platform, default: []].insert(definition.machine)
      }
    }
    return wanted.sorted { "\($0.key)" < "\($1.key)" }.flatMap { platform, machines in
      machines.sorted().map { machine in
        DomainCapabilitiesQuery(
          emulator: offer.emulators?[platform.architecture]?.sorted().first, architecture: platform.architecture,
          machine: machine, virtType: platform.virtType)
      }
    }
  }

  // MARK: CPUs

  /// libvirt says what a model lacks from 10.9 on; before, it is asked for each model what it could give of it.
  private func processors(
    _ platform: HostOffer.Platform, _ offer: HostOffer
  ) async throws(Problem) -> HostCapture.Processors {
    var found = HostCapture.Processors(architecture: platform.architecture, virtType: platform.virtType)
    guard let machine = offer.machineOffers.first(where: { $0.platform == platform }) else { return found }
    let query = DomainCapabilitiesQuery(
      emulator: machine.emulator, architecture: platform.architecture, machine: machine.machine,
      virtType: platform.virtType)
    for (name, model) in machine.cpu.models.sorted(by: { $0.key < $1.key })
    where model.usable == .no && model.blockers == nil {
      guard let given = try await baseline(HostModel(model: name, vendor: nil, features: []), query, expanded: false),
        given.child("model")?.trimmedText == name
      else { continue }
      found.blockers[name] = HostCapturer.features(of: given, "disable")
    }
    if let hostModel = machine.cpu.hostModel, let given = try await baseline(hostModel, query, expanded: true) {
      found.features = HostCapturer.features(of: given, "require")
    }
    return found
  }

  private static func features(of cpu: Element, _ policy: String) -> [String] {
    cpu.children(named: "feature").filter { $0.holds("policy", policy) }.compactMap { $0["name"] }.sorted()
  }

  private func baseline(
    _ model: HostModel, _ query: DomainCapabilitiesQuery, expanded: Bool
  ) async throws(Problem) -> Element? {
    var writer = XMLWriter()
    writer.element("cpu", ["mode": "custom", "match": "exact"]) { writer in
      writer.element("model", ["fallback": "forbid"], text: model.model)
      if let vendor = model.vendor { writer.element("vendor", text: vendor) }
      for feature in model.features { writer.element("feature", ["policy": feature.policy, "name": feature.name]) }
    }
    let cpu = writer.finish()
    let hypervisor = hypervisor
    let text = try await answered(to: { () async throws(LibvirtError) in
      try await hypervisor.baseline(cpu, query, expanded: expanded)
    })
    return try text.map { (text) throws(Problem) in
      try readable { () throws(XMLFault) in try DomainDocument(text).root }
    }
  }

  /// `nil` where this libvirt does not know the answer: then a check cannot tell, and says so.
  private func answered(to question: () async throws(LibvirtError) -> XMLText) async throws(Problem) -> XMLText? {
    do throws(LibvirtError) {
      return try await question()
    } catch {
      guard error.meansConnectionLost else { return nil }
      throw Problem(error, domain: nil, device: nil, doing: "asking what the host offers")
    }
  }

  private func readable<Value>(_ read: () throws(XMLFault) -> Value) throws(Problem) -> Value {
    do throws(XMLFault) {
      return try read()
    } catch {
      throw Problem("unreadable-xml", "libvirt returned a description that cannot be read: \(error.message)")
    }
  }
}
