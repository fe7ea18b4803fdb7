import DomainXML
import Foundation
import Intent
import Libvirt
import Vocabulary

/// Asks host and libvirt for what a plan depends on, and nothing more: a plan of a domain that exists needs neither
/// capabilities nor firmware.
struct HostFactsGatherer {
  let connecting: Connecting
  let host: HostInquiry
  /// Whether the host's files are this machine's.
  private var isLocal = false

  init(connecting: Connecting, host: HostInquiry) {
    self.connecting = connecting
    self.host = host
  }

  mutating func facts(for wanted: IntentDocument, _ knowledge: Knowledge) async throws(Problem) -> HostFacts {
    var facts = HostFacts()
    if knowledge.observed == nil {
      isLocal = HostFactsGatherer.isLocal(try await host.description().uri)
      facts = try await capabilities(wanted)
      facts.hostUUID = try await host.description().uuid
    }
    let versions = try await host.versions(knowledge.file)
    facts.libvirt = versions.libvirt
    facts.hypervisor = versions.hypervisor
    facts.autostart = try await autostart(wanted, knowledge)
    let missing = missing(wanted, knowledge)
    if missing.isEmpty, knowledge.observed != nil { return facts }
    isLocal = HostFactsGatherer.isLocal(try await host.description().uri)
    if missing.contains(where: { device in device.kind.networks.contains { device.element?.value(at: $0) != nil } }) {
      let hypervisor = try await connecting.hypervisor()
      let networks = try await asking("listing networks") { () throws(LibvirtError) in
        try await hypervisor.networks()
      }
      facts.networks = Dictionary(networks.map { ($0.name, $0.isActive) }, uniquingKeysWith: { $1 })
    }
    // Of another machine's files nothing is known here: its libvirt will say.
    if isLocal { for path in wanted.mentionedPaths { facts.files[path] = HostFactsGatherer.look(at: path) } }
    return facts
  }

  /// A call of its own, so only where the document has an opinion.
  func autostart(_ wanted: IntentDocument, _ knowledge: Knowledge) async throws(Problem) -> Bool? {
    guard wanted.value(of: "autostart") != nil, let uuid = knowledge.observed?.observation.uuid,
      knowledge.observed?.persistent != nil
    else { return nil }
    let hypervisor = try await connecting.hypervisor()
    return try await asking("asking for autostart") { () throws(LibvirtError) in
      try await hypervisor.autostart(of: uuid)
    }
  }

  private func capabilities(_ wanted: IntentDocument) async throws(Problem) -> HostFacts {
    let hypervisor = try await connecting.hypervisor()
    let text = try await asking("reading capabilities") { () throws(LibvirtError) in
      try await hypervisor.capabilities()
    }
    var facts = try readable { () throws(XMLFault) in try HostFacts(capabilities: text) }
    if isLocal { facts.firmware = Firmware.installed() }
    guard case .stated(let stated) = wanted.creation?.content, stated.cpu?.model == "host-model" else {
      return facts
    }
    let query = DomainCapabilitiesQuery(
      emulator: facts.emulator, architecture: facts.architecture,
      machine: facts.resolve(machine: stated.machine)?.name, virtType: stated.type ?? facts.virtTypes.first)
    let offered = try await connecting.privileged("reading domain capabilities") {
      (hypervisor) async throws(LibvirtError) in try await hypervisor.domainCapabilities(query)
    }
    try readable { () throws(XMLFault) in try facts.add(domainCapabilities: offered) }
    return facts
  }

  private func readable<Value>(_ read: () throws(XMLFault) -> Value) throws(Problem) -> Value {
    do throws(XMLFault) {
      return try read()
    } catch {
      throw Problem("unreadable-xml", "libvirt returned capabilities that cannot be read: \(error.message)")
    }
  }

  /// Devices of the document that are not in the domain: only these name files and networks that have to be there.
  private func missing(_ wanted: IntentDocument, _ knowledge: Knowledge) -> [WantedDevice] {
    let state = knowledge.managed
    return (wanted.devices ?? []).filter { device in
      let alias = state.binding(of: device.id)?.deviceAlias ?? device.id.alias
      return knowledge.observed?.live?.device(alias: alias) == nil
        || knowledge.observed?.persistent?.device(alias: alias) == nil
    }
  }

  /// `qemu+ssh://host/system` and the like speak of another machine.
  static func isLocal(_ uri: String) -> Bool {
    guard let scheme = uri.firstIndex(of: ":") else { return true }
    let rest = uri[uri.index(after: scheme)...]
    guard rest.hasPrefix("//") else { return true }
    return rest.dropFirst(2).first == "/" || rest.dropFirst(2).isEmpty
  }

  static func look(at path: String) -> FileFact {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return FileFact(kind: errno == ENOENT || errno == ENOTDIR ? .missing : .unknown)
    }
    let kind: FileFact.Kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFBLK: .block
      default: .other
      }
    return FileFact(kind: kind, size: UInt64(max(0, status.st_size)))
  }
}

/// QEMU's firmware descriptors (`docs/interop/firmware.json` of QEMU): one JSON file a build, in order of preference.
private enum Firmware {
  private struct Descriptor: Decodable {
    struct Mapping: Decodable {
      struct File: Decodable {
        let filename: String
        let format: String?
      }
      let device: String
      let executable: File?
      let nvramTemplate: File?

      enum CodingKeys: String, CodingKey {
        case device, executable
        case nvramTemplate = "nvram-template"
      }
    }

    struct Target: Decodable {
      let architecture: String
      let machines: [String]
    }

    let interfaceTypes: [String]
    let mapping: Mapping
    let targets: [Target]
    let features: [String]

    enum CodingKeys: String, CodingKey {
      case mapping, targets, features
      case interfaceTypes = "interface-types"
    }
  }

  static func installed() -> [FirmwareImage] {
    var files: [String: String] = [:]
    // A later folder's file replaces an earlier one's of the same name, as QEMU's own documentation says.
    for folder in ["/usr/share/qemu/firmware", "/etc/qemu/firmware"] {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasSuffix(".json") {
        files[name] = folder + "/" + name
      }
    }
    return files.keys.sorted().compactMap { name -> FirmwareImage? in
      guard let path = files[name], let data = FileManager.default.contents(atPath: path),
        let descriptor = try? JSONDecoder().decode(Descriptor.self, from: data),
        descriptor.interfaceTypes.contains("uefi"), descriptor.mapping.device == "flash",
        let code = descriptor.mapping.executable?.filename, let template = descriptor.mapping.nvramTemplate?.filename
      else { return nil }
      let machines = descriptor.targets.filter { $0.architecture == "x86_64" }.flatMap(\.machines)
      guard !machines.isEmpty else { return nil }
      return FirmwareImage(
        loader: code, template: template, secureBoot: descriptor.features.contains("secure-boot"),
        machines: machines)
    }
  }
}
