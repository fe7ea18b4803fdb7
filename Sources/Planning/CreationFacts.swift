import DomainXML
import Intent
import Vocabulary

/// What a document's `creation` and a domain can be compared in (R10): hardware that the guest sees and nothing
/// changes. `nil`: no opinion, or not to be told from the document.
struct CreationFacts {
  var machine: String?
  /// The versioned name, where the host knows what the word stands for.
  var resolvedMachine: String?
  var firmware: String?
  var cpu: String?

  init(_ creation: CreationIntent, _ host: HostFacts) {
    switch creation.content {
    case .stated(let stated):
      machine = stated.machine
      firmware = stated.firmware == .bios ? "bios" : "efi"
      // What host-model was resolved to is in the domain, and need not be what it stands for today.
      cpu = stated.cpu.flatMap { $0.model == "host-model" ? nil : $0.model }
    case .xml(let document):
      let facts = (try? DomainDefinition(document)).map { CreationFacts($0) }
      (machine, firmware) = (facts?.machine, facts?.firmware)
      cpu = facts?.cpu == "host-model" ? nil : facts?.cpu
    }
    resolvedMachine = machine.flatMap { host.resolve(machine: $0)?.name }
  }

  init(_ definition: DomainDefinition) {
    machine = definition.machine.isEmpty ? nil : definition.machine
    let os = definition.root.child("os")
    let hasFirmware = os?.child("loader") != nil || os?["firmware"] == "efi"
    firmware = hasFirmware ? "efi" : "bios"
    if let element = definition.cpu { cpu = element.value(at: "model") ?? element["mode"] }
  }

  func differences(from found: CreationFacts) -> [FieldDifference] {
    var differences: [FieldDifference] = []
    if let machine, let other = found.machine, !isSameFamily(as: other) {
      differences.append(FieldDifference(path: "machine", wanted: machine, found: other))
    }
    if let firmware, let other = found.firmware, firmware != other {
      differences.append(FieldDifference(path: "firmware", wanted: firmware, found: other))
    }
    if let cpu, let other = found.cpu, cpu != other {
      differences.append(FieldDifference(path: "cpu.model", wanted: cpu, found: other))
    }
    return differences
  }

  /// `q35` equals any `pc-q35-*`.
  private func isSameFamily(as other: String) -> Bool {
    if machine == other || resolvedMachine == other { return true }
    switch machine {
    case "q35": return other.hasPrefix("pc-q35-")
    case "pc": return other.hasPrefix("pc-i440fx-") || other == "pc"
    default: return false
    }
  }
}
