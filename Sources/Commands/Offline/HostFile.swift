import DomainXML
import Foundation
import Vocabulary

/// What a file says of a host: `HostFacts` with every key optional, since what is not known is not known.
struct HostFile: Decodable {
  private let hostUUID: HostUUID?
  private let libvirt: Version?
  private let hypervisor: Version?
  private let architecture: String?
  private let emulator: String?
  private let virtTypes: [String]?
  private let machines: [MachineType]?
  private let firmware: [FirmwareImage]?
  private let hostModel: HostModel?
  private let files: [String: FileFact]?
  private let networks: [String: Bool]?

  static func facts(path: String) throws -> HostFacts {
    let bytes = try FileBytes.read(path: path, limit: Limits.libvirt.bytes)
    do {
      return try JSONDecoder().decode(HostFile.self, from: Data(bytes)).facts
    } catch {
      throw Problem(
        "invalid-document", "\(path) does not say what is known of a host", path: path,
        underlying: JSONFault.words(error))
    }
  }

  private var facts: HostFacts {
    var facts = HostFacts(architecture: architecture ?? "x86_64")
    facts.hostUUID = hostUUID
    facts.libvirt = libvirt
    facts.hypervisor = hypervisor
    facts.emulator = emulator
    facts.virtTypes = virtTypes ?? []
    facts.machines = machines ?? []
    facts.firmware = firmware ?? []
    facts.hostModel = hostModel
    facts.files = files ?? [:]
    facts.networks = networks
    return facts
  }
}
