import DomainXML
import Intent
import Planning
import Vocabulary

/// A domain as vmctl itself defines it, running and unchanged: the plan is empty, which is what a resync of a fleet
/// finds nearly always.
struct BenchmarkDomain {
  let live: XMLText
  let persistent: XMLText
  let devices: Int
  private let intent: IntentDocument
  private let uuid: DomainUUID

  /// `text`: the intent. `defined`: the definition; without one, what creating the domain gives.
  init(_ text: String, defined: XMLText? = nil) throws {
    guard let intent = try IntentParser.parse([.init(name: "benchmark", bytes: Array(text.utf8))]).first,
      let uuid = DomainUUID("6f5c2d1e-3b4a-4c5d-8e6f-7a8b9c0d1e2f")
    else { throw XMLFault(.empty, "the benchmark's intent has no document") }
    self.intent = intent
    self.uuid = uuid
    devices = intent.devices?.count ?? 0
    let creation = Planner.plan(PlanningInput(wanted: intent, generation: Generation(1), uuid: uuid))
    guard let defined = defined ?? creation.steps.first?.xml else {
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

  /// q35 with 14 managed devices.
  static var usual: String {
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

  // MARK: Many small devices

  /// pc with 60 devices in about 8 KB (our metadata comes to as much again), each as short as it can be: 5 controllers,
  /// and 55 of five kinds that the document states.
  static func dense() throws -> BenchmarkDomain {
    var document = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: d}\nspec:\n  devices:\n"
    var devices = [
      "pci' index='0' model='pci-root", "usb' index='0' model='qemu-xhci' ports='15",
      "scsi' index='0' model='virtio-scsi", "virtio-serial' index='0", "virtio-serial' index='1",
    ].map { "<controller type='\($0)'/>" }.joined()
    var managed = ManagedState(generation: Generation(1))
    func add(_ count: Int, _ kind: String, _ xml: (Int) -> (element: String, address: String)) {
      for number in 0..<count {
        guard let id = DeviceID("\(kind.prefix(1))\(number)") else { continue }
        let (element, address) = xml(number)
        let close = "</\(kind)>"
        document += "  - {id: \(id), xml: \"\(element)\(close)\"}\n"
        devices += "\(element)<alias name='\(id.alias)'/><address \(address)/>\(close)"
      }
    }
    add(20, "channel") {
      (
        "<channel type='pty'><target type='virtio' name='\($0)'/>",
        "type='virtio-serial' controller='0' bus='0' port='\($0 + 1)'"
      )
    }
    add(15, "input") { ("<input type='mouse' bus='usb'>", "type='usb' bus='0' port='\($0 + 1)'") }
    add(10, "disk") {
      let target = "sd\(UnicodeScalar(UInt8(97 + $0)))"
      return (
        "<disk type='file' device='disk'><source file='/\($0)'/><target dev='\(target)' bus='scsi'/>",
        "type='drive' unit='\($0)'"
      )
    }
    add(5, "rng") { ("<rng model='virtio'><backend model='builtin'/>", "type='pci' slot='\($0 + 8)'") }
    add(5, "shmem") { ("<shmem name='\($0)'><model type='ivshmem-plain'/>", "type='pci' slot='\($0 + 16)'") }
    for device in try IntentParser.parse([.init(name: "d", bytes: Array(document.utf8))]).first?.devices ?? [] {
      managed.bindings.append(ManagedState.Binding(id: device.id, content: device.contentDigest))
    }
    let text = """
      <domain type='kvm'><name>d</name><uuid>6f5c2d1e-3b4a-4c5d-8e6f-7a8b9c0d1e2f</uuid>\
      <metadata>\(managed.xmlWithNamespace.shown)</metadata><memory>1048576</memory><vcpu>1</vcpu>\
      <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os><devices>\(devices)</devices></domain>
      """
    return try BenchmarkDomain(document, defined: XMLText(text))
  }
}
