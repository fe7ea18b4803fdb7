import DomainXML
import Intent
import Planning
import TestSupport
import Testing
import Vocabulary

/// Adopting (design section 9): the document of a domain that is there already asks for our metadata and nothing else.
@Suite struct AdoptionTests {
  /// What adopting the sides would print, read as any document, and planned with the bindings that it would write.
  private func plan(live: DomainDefinition?, persistent: DomainDefinition?) throws -> (Plan, Adoption) {
    let adoption = try Adoption(live: live, persistent: persistent)
    var world = World(live: live, persistent: persistent)
    world.uuid = (live ?? persistent)?.uuid ?? world.uuid
    let text = IntentText.yaml(
      name: try #require(DomainName((live ?? persistent)?.name ?? "")), uuid: world.uuid, devices: adoption.devices)
    let document = try #require(try IntentParser.parse([.init(name: "adopt", bytes: Array(text.utf8))]).first)
    var input = world.input(document)
    input.managed = ManagedState(bindings: adoption.bindings)
    return (Planner.plan(input), adoption)
  }

  @Test func `the plan of what it prints is empty, whichever sides there are`() throws {
    var adopted = 0
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text), DomainName(definition.name) != nil else { continue }
      let running = try LibvirtText.running(definition)
      for (live, persistent) in [(running, definition), (nil, definition), (running, nil)]
        as [(DomainDefinition?, DomainDefinition?)]
      {
        do {
          let (plan, adoption) = try plan(live: live, persistent: persistent)
          #expect(plan.steps.allSatisfy { $0.target == .metadata }, "\(name) \(plan.steps.first?.reason ?? "")")
          #expect(plan.refused.isEmpty, "\(name) \(plan.refused.first?.reason ?? "")")
          #expect(plan.drift.isEmpty, "\(name)")
          #expect(Set(adoption.bindings.map(\.id)).count == adoption.devices.count, "\(name)")
          adopted += 1
        } catch {
          Issue.record("\(name): \(error)")
        }
      }
    }
    #expect(adopted >= 12)
  }

  @Test func `what only one side has is printed with that side`() throws {
    let definition = try DomainDefinition(
      XMLText(
        """
        <domain type='qemu'><name>d</name><uuid>6a1e9b57-0000-4000-8000-000000000001</uuid>
        <os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os>
        <devices><controller type='pci' index='0' model='pci-root'/></devices></domain>
        """))
    let rng = XMLText(
      """
      <rng model='virtio'><backend model='random'>/dev/random</backend>\
      <address type='pci' domain='0x0000' bus='0x00' slot='0x05' function='0x0'/></rng>
      """)
    let other = XMLText(
      """
      <watchdog model='i6300esb' action='reset'>\
      <address type='pci' domain='0x0000' bus='0x00' slot='0x06' function='0x0'/></watchdog>
      """)
    let live = try LibvirtText.running(LibvirtText.attach(rng, to: definition, .live))
    let persistent = try LibvirtText.attach(other, to: definition, .persistent)
    let (plan, adoption) = try plan(live: live, persistent: persistent)
    #expect(plan.steps.allSatisfy { $0.target == .metadata })
    #expect(
      Dictionary(uniqueKeysWithValues: adoption.devices.map { ($0.kind.name, $0.sides) }) == [
        "rng": .live, "watchdog": .persistent,
      ])
  }

  @Test func `a drive without a medium has no format while the domain runs, and nothing waits for the next boot`()
    throws
  {
    let drive = """
      <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='sata'/><readonly/>\
      <address type='drive' controller='0' bus='0' target='0' unit='0'/></disk>
      """
    let definition = try DomainDefinition(
      XMLText(
        """
        <domain type='qemu'><name>d</name><uuid>6a1e9b57-0000-4000-8000-000000000001</uuid>
        <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>
        <devices><controller type='pci' index='0' model='pcie-root'/><controller type='sata' index='0'/>\(drive)</devices>
        </domain>
        """))
    let running = try DomainDefinition(
      XMLText(LibvirtText.running(definition).document.text.shown.replacing(" type='raw'", with: "")))
    let (plan, _) = try plan(live: running, persistent: definition)
    #expect(plan.steps.allSatisfy { $0.target == .metadata })
    #expect(plan.nextBoot.isEmpty)
  }

  @Test func `controllers and what can only be defined stay without an id`() throws {
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text) else { continue }
      for device in try Adoption(live: nil, persistent: definition).devices {
        #expect(!["controller", "video", "graphics", "memballoon", "tpm"].contains(device.kind.name), "\(name)")
      }
    }
  }
}
