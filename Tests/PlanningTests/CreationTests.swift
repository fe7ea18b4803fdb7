import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// R10: a created domain is one definition with all its devices and nothing left for libvirt to choose.
@Suite struct CreationTests {
  private func plan(_ machine: String, _ devices: [String], more: String = "") throws -> Plan {
    let list = devices.map { "  - " + $0 }.joined(separator: "\n")
    let text =
      "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: web-1}\nspec:\n  power: running\n"
      + "  creation: {type: qemu, machine: \(machine), memory: 1 GiB, vcpus: 2, rootPorts: 6\(more)}\n"
      + "  devices:\n\(list)\n"
    let wanted = try #require(try IntentParser.parse([.init(name: "w", bytes: Array(text.utf8))]).first)
    var host = HostFacts()
    host.emulator = "/usr/bin/qemu-system-x86_64"
    host.machines = [
      MachineType(name: "q35", canonical: "pc-q35-7.2"), MachineType(name: "pc-q35-7.2"),
      MachineType(name: "pc", canonical: "pc-i440fx-7.2"), MachineType(name: "pc-i440fx-7.2"),
    ]
    host.hostModel = HostModel(
      model: "EPYC", vendor: "AMD", features: [HostModel.Feature(name: "svm", policy: "require")])
    let uuid = try #require(DomainUUID("11111111-2222-4333-8444-555555555555"))
    return Planner.plan(PlanningInput(wanted: wanted, generation: Generation(1), uuid: uuid, host: host))
  }

  private static let devices = [
    "{id: data, disk: {file: /d, format: raw, bus: virtio, target: vda}}",
    "{id: root, disk: {file: /r, format: raw, bus: virtio, target: vdb}, bootOrder: 1}",
    "{id: scsi, disk: {file: /s, format: raw, bus: scsi, target: sda}}", "{id: lan, interface: {network: default}}",
    "{id: agent, xml: \"<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>\"}",
  ]

  @Test(arguments: ["q35", "pc"])
  func `every device has an alias and a slot of its own, and the ports that were asked for are free`(
    _ machine: String
  ) throws {
    let plan = try plan(machine, Self.devices)
    #expect(plan.refused.isEmpty, "\(plan.refused)")
    #expect(plan.steps.map(\.action) == [.define, .start])
    let definition = try DomainDefinition(try #require(plan.steps.first?.xml))
    #expect(definition.machine == (machine == "q35" ? "pc-q35-7.2" : "pc-i440fx-7.2"))
    let slots = definition.devices.compactMap(\.slot)
    #expect(Set(slots).count == slots.count)
    for id in ["data", "root", "scsi", "lan", "agent"] {
      #expect(definition.device(alias: "ua-" + id)?.slot != nil, "\(id)")
    }
    #expect(definition.root.child("os")?.child("boot") == nil)
    #expect(definition.device(alias: "ua-root")?.bootOrder == 1)
    #expect(definition.device(alias: "ua-lan")?.element.value(at: "mac/@address")?.hasPrefix("52:54:00:") == true)
    #expect(definition.device(alias: "ua-lan")?.element.value(at: "model/@type") == "virtio")
    #expect(definition.devices.contains { $0.kind.name == "memballoon" && $0.slot != nil })
    for type in ["scsi", "virtio-serial"] {
      #expect(definition.devices.contains { $0.element["type"] == type && $0.slot != nil })
    }
    let free = SlotAllocator([definition]).free(.pci)
    #expect(machine == "q35" ? free == 6 : free >= 6)
    #expect(ManagedState(in: definition)?.bindings.map(\.id.text) == ["data", "root", "scsi", "lan", "agent"])
  }

  @Test func `what floats is resolved`() throws {
    let plan = try plan("q35", Self.devices, more: ", cpu: {model: host-model}")
    let definition = try DomainDefinition(try #require(plan.steps.first?.xml))
    #expect(definition.cpu?["mode"] == "custom")
    #expect(definition.root.value(at: "cpu/model") == "EPYC")
    #expect(definition.cpu?.child("feature")?["name"] == "svm")
  }

  @Test func `T2: a domain of which no device has a boot order gets one, or no device ever could`() throws {
    let plan = try plan("q35", ["{id: a, disk: {file: /a, format: raw, bus: virtio, target: vda}}"])
    let definition = try DomainDefinition(try #require(plan.steps.first?.xml))
    #expect(definition.device(alias: "ua-a")?.bootOrder == 1)
    #expect(plan.notes.contains { $0.contains("boot order") })
  }

  @Test func `the same input gives the same definition, byte for byte`() throws {
    #expect(try plan("q35", Self.devices).steps.first?.xml == plan("q35", Self.devices).steps.first?.xml)
  }

  @Test func `an unknown machine is refused with the nearest`() throws {
    let plan = try plan("q53", Self.devices)
    #expect(plan.steps.isEmpty)
    #expect(plan.refused.map(\.code) == ["machine-unknown"])
    #expect(plan.refused.first?.wouldTake == "did you mean 'q35'?")
  }
}
