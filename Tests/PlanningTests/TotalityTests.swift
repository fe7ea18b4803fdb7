import DomainXML
import Intent
import Planning
import TestSupport
import Testing
import Vocabulary

/// Planning is total: whatever libvirt returns, a plan comes out, and it is one that can be carried out.
@Suite struct TotalityTests {
  static let intents: [[String]?] = [
    nil, [], Intents.base,
    [
      Intents.disk("a", "vdx"), Intents.disk("b", "sdx", bus: "scsi"), Intents.disk("c", "sdy", bus: "sata"),
      Intents.disk("d", "hdx", bus: "ide"), Intents.disk("e", "fda", bus: "fdc"), Intents.disk("f", "sdz", bus: "usb"),
      Intents.card("g"), Intents.channel("h", "x"), Intents.xml("i", "<redirdev bus='usb' type='spicevmc'/>"),
      Intents.xml("j", "<watchdog model='i6300esb'/>"),
      Intents.xml("k", "<console type='pty'><target type='virtio'/></console>"),
    ],
    [
      "{id: a, reference: {disk: 0}}", "{id: b, reference: {interface: 0}}", "{id: c, reference: {video: 0}}",
      Intents.rng("d", "address: {type: pci, bus: 0, slot: 9}"),
    ],
  ]

  @Test(arguments: intents.indices) func `every domain that libvirt returns can be planned for`(_ index: Int) throws {
    let documents = [
      try Intents.document(TotalityTests.intents[index]),
      try Intents.document(TotalityTests.intents[index], "power: stopped\ndrift: report\nvcpus: 3\nmemory: 5 GiB"),
    ]
    var planned = 0
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text) else { continue }
      let running = try LibvirtText.running(definition)
      for (live, persistent) in [(running, definition), (nil, definition), (running, nil), (definition, running)]
        as [(DomainDefinition?, DomainDefinition?)]
      {
        for document in documents {
          let world = World(live: live, persistent: persistent, uuid: definition.uuid ?? World.uuid)
          let plan = world.plan(document)
          #expect(plan.steps.isEmpty || !plan.refused.contains(where: \.concernsWholePlan), "\(name)")
          planned += 1
        }
      }
    }
    #expect(planned > 30 || Corpus.conformance == nil)
  }

  @Test func `what is planned for libvirt's own domains can be carried out, and is done then`() throws {
    let devices = [
      Intents.disk("va", "vdxa"), Intents.card("vb"), Intents.rng("vc"), Intents.disk("vd", "sdxa", bus: "scsi"),
    ]
    var done = 0
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text),
        definition.isPCIExpress || definition.pci.root == .conventional
      else { continue }
      for running in [true, false] {
        var world = World(live: running ? try LibvirtText.running(definition) : nil, persistent: definition)
        world.uuid = definition.uuid ?? world.uuid
        let document = try Intents.document(devices)
        guard world.plan(document).refused.isEmpty else { continue }
        do {
          try world.converge(document)
          #expect(world.plan(document).isEmpty, "\(name)")
          try world.converge(try Intents.document([], "removals: [va, vb, vc, vd]"))
          let after = try #require(world.persistent)
          #expect(
            after.devices.count { $0.kind != .controller } == definition.devices.count { $0.kind != .controller },
            "\(name)")
          done += 1
        } catch {
          Issue.record("\(name): \(error)")
        }
      }
    }
    #expect(done > 10 || Corpus.conformance == nil)
  }

  @Test func `documents of nobody's making do not stop it`() throws {
    let odd = [
      "<domain/>", "<domain><devices/></domain>",
      "<domain><devices><disk/><interface/><controller/></devices></domain>",
      "<domain><devices><controller type='pci' index='x' model='pcie-root'/><rng><address type='pci' bus='999999999999999999999'/></rng></devices></domain>",
      "<domain><devices><controller type='pci' index='0' model='pci-root'/><controller type='pci' index='1' model='pci-bridge'><address type='pci' bus='0x01' slot='0x01'/></controller></devices></domain>",
      "<domain><vcpu>x</vcpu><currentMemory/><memory>-1</memory><devices><memory model='dimm'><target><size>99999999999999999999</size></target></memory></devices></domain>",
      "<domain><metadata><vmctl:domain xmlns:vmctl='urn:vmctl:domain:1' generation='x' creation='sha256:zz'><vmctl:device/><vmctl:device id='..'/><vmctl:device id='a'/><vmctl:device id='a' key=' '/><vmctl:tombstone id='b' slot='nowhere'/></vmctl:domain></metadata><devices/></domain>",
      "<domain><devices><disk><alias name='ua-root'/><address type='pci'/></disk><disk><alias name='ua-root'/></disk></devices></domain>",
    ]
    for text in odd {
      let world = try World.running(text)
      for intent in TotalityTests.intents {
        _ = world.plan(try Intents.document(intent, "vcpus: 1\nmemory: 1 GiB"))
        _ = world.plan(try Intents.document(intent, "power: stopped")) { $0.live = nil }
      }
      let world2 = World()
      _ = world2.plan(try Intents.document(TotalityTests.intents[3], "creation: {xml: \"\(text)\"}"))
    }
  }

  @Test func `hundreds of devices are planned`() throws {
    let devices = (0..<500).map { Intents.disk("d\($0)", "sd\(letters($0))", bus: "scsi") }
    let document = try Intents.document(devices.prefix(255) + [], Intents.creation("q35"))
    let world = try World.created(document)
    #expect(world.plan(document).isEmpty)
  }

  private func letters(_ number: Int) -> String {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz").map(String.init)
    return alphabet[number / 26] + alphabet[number % 26]
  }
}
