import DomainXML
import Intent
import Planning
import Vocabulary

/// A q35 domain with 14 managed devices, as vmctl itself defines it, running and unchanged: the plan is empty, which
/// is what a resync of a fleet finds nearly always.
struct BenchmarkDomain {
  let live: XMLText
  let persistent: XMLText
  let devices: Int
  private let intent: IntentDocument
  private let uuid: DomainUUID

  init() throws {
    let text = BenchmarkDomain.document
    guard let intent = try IntentParser.parse([.init(name: "benchmark", bytes: Array(text.utf8))]).first,
      let uuid = DomainUUID("6f5c2d1e-3b4a-4c5d-8e6f-7a8b9c0d1e2f")
    else { throw XMLFault(.empty, "the benchmark's intent has no document") }
    self.intent = intent
    self.uuid = uuid
    devices = intent.devices?.count ?? 0
    let creation = Planner.plan(PlanningInput(wanted: intent, generation: Generation(1), uuid: uuid))
    guard let defined = creation.steps.first?.xml else {
      throw XMLFault(.empty, "the benchmark's domain cannot be created: \(creation.refused)")
    }
    persistent = defined
    live = try BenchmarkDomain.running(DomainDefinition(defined))
  }

  /// What is measured: two texts in, a plan out.
  func plan() -> Plan {
    do throws(XMLFault) {
      let live = try DomainDefinition(live)
      let persistent = try DomainDefinition(persistent)
      return Planner.plan(
        PlanningInput(
          wanted: intent, generation: Generation(1), uuid: uuid, live: live, persistent: persistent, state: .running,
          startedByUs: true, managed: ManagedState(in: persistent) ?? ManagedState()))
    } catch {
      fatalError("the benchmark's documents are XML: \(error)")
    }
  }

  /// The running side of a definition: libvirt gives every device an alias.
  private static func running(_ definition: DomainDefinition) throws(XMLFault) -> XMLText {
    var edit = Edit(definition.document)
    edit.set("id", to: "7", on: definition.root)
    for (index, device) in definition.devices.enumerated() where device.alias == nil {
      edit.append(XMLText("<alias name='\(device.kind.name)\(index)'/>"), to: device.element)
    }
    return try edit.apply().text
  }

  private static var document: String {
    var text = """
      apiVersion: vmctl/v1
      kind: Domain
      metadata: {name: benchmark}
      spec:
        power: running
        creation:
          machine: pc-q35-7.2
          cpu: {model: EPYC}
          memory: 2 GiB
          vcpus: 4
          rootPorts: 4
          graphics: vnc
        devices:
        - id: root
          disk: {file: /srv/vm/root.qcow2, format: qcow2, bus: virtio, target: vda}
          bootOrder: 1
        - id: entropy
          xml: <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
        - id: agent
          xml: <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>

      """
    for number in 1...5 {
      let letter = ["b", "c", "d", "e", "f"][number - 1]
      text += "  - id: data-\(number)\n    disk: {file: /srv/vm/data-\(number).qcow2, format: qcow2, bus: virtio, "
      text += "target: vd\(letter), cache: none, discard: unmap}\n"
      if number < 4 {
        text += "  - id: shelf-\(number)\n    disk: {file: /srv/vm/shelf-\(number).raw, format: raw, bus: scsi, "
        text += "target: sd\(letter)}\n"
        text += "  - id: lan-\(number)\n    interface: {network: default, model: virtio, link: up}\n"
      }
    }
    return text
  }
}
