import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// R10, R12: what a new domain's definition holds, and that it is as wanted from the first look on.
@Suite struct CreationLayoutTests {
  static let host: HostFacts = {
    var host = HostFacts()
    host.emulator = "/usr/bin/qemu-system-x86_64"
    host.virtTypes = ["qemu"]
    host.machines = [
      MachineType(name: "q35", canonical: "pc-q35-7.2"), MachineType(name: "pc-q35-7.2", maximumCPUs: 288),
      MachineType(name: "pc", canonical: "pc-i440fx-7.2"), MachineType(name: "pc-i440fx-7.2"),
      MachineType(name: "pc-q35-2.4", deprecated: true),
    ]
    host.firmware = [
      FirmwareImage(loader: "/fw/secure.fd", template: "/fw/secure-vars.fd", secureBoot: true, machines: ["pc-q35-*"]),
      FirmwareImage(loader: "/fw/code.fd", template: "/fw/vars.fd", secureBoot: false, machines: ["pc-q35-*"]),
    ]
    host.hostModel = HostModel(
      model: "EPYC-Rome", vendor: "AMD",
      features: [
        HostModel.Feature(name: "svm", policy: "disable"), HostModel.Feature(name: "x2apic", policy: "require"),
      ])
    return host
  }()

  static let everything = [
    Intents.disk("root", "vda"), Intents.disk("data", "vdb"), Intents.disk("s1", "sda", bus: "scsi"),
    Intents.disk("s2", "sdb", bus: "scsi"), Intents.disk("stick", "sdc", bus: "usb"), Intents.card("lan"),
    Intents.card("wan", "bridge: br0, model: e1000e"), Intents.rng("entropy"),
    Intents.channel("agent", "org.qemu.guest_agent.0"), Intents.xml("tablet", "<input type='tablet' bus='usb'/>"),
    Intents.xml("sock", "<vsock model='virtio'><cid auto='yes'/></vsock>"),
    Intents.xml("lock", "<lease><lockspace>s</lockspace><key>k</key><target path='/l'/></lease>"),
    "{id: tty, reference: {serial: 0}}", "{id: balloon, reference: {memballoon: 0}}",
    Intents.disk("late", "vdz", "sides: live"),
  ]

  private func plan(_ devices: [String], _ creation: String, host: HostFacts = host) throws -> Plan {
    World(host: host).plan(try Intents.document(devices, "power: running\ncreation: \(creation)"))
  }

  private func definition(_ plan: Plan) throws -> DomainDefinition {
    #expect(plan.refused.isEmpty, "\(plan.refused)")
    return try DomainDefinition(try #require(plan.step("define domain persistent")?.xml))
  }

  // MARK: Layout

  @Test(arguments: ["q35", "pc"], [0, 1, 8, 24])
  func `every device has a slot of its own, and the ports asked for are free`(
    _ machine: String, _ rootPorts: Int
  ) throws {
    let extra = [Intents.disk("cd", machine == "q35" ? "sdx" : "hda", bus: machine == "q35" ? "sata" : "ide")]
    let plan = try plan(
      Self.everything + extra, "{machine: \(machine), memory: 1 GiB, rootPorts: \(rootPorts), graphics: vnc}")
    let definition = try definition(plan)
    #expect(plan.summaries == ["define domain persistent", "start power"])
    let slots = definition.devices.compactMap(\.slot)
    #expect(Set(slots).count == slots.count)
    let allocator = SlotAllocator([definition])
    for device in definition.devices where device.slotKind() != nil {
      #expect(device.slot != nil, "\(device.element.source.shown)")
    }
    #expect(machine == "q35" ? allocator.free(.pci) == rootPorts : allocator.free(.pci) >= rootPorts)
    #expect(definition.root.child("os")?.child("boot") == nil)
    #expect(definition.devices.filter { $0.bootOrder != nil }.map(\.alias) == ["ua-root"])
    #expect(definition.devices.filter { $0.kind == .controller }.allSatisfy { $0.element.number("index") != nil })
    // Aliases are libvirt's to keep: only with the prefix that it keeps.
    #expect(definition.devices.compactMap(\.alias).allSatisfy { $0.hasPrefix("ua-") })
    // On the root complex stands only what is never unplugged.
    if machine == "q35" {
      for device in definition.devices where device.id != nil {
        if case .pci(let address) = device.slot { #expect(address.bus != 0, "\(device.alias ?? "")") }
      }
    }
  }

  @Test func `each placement shows the slot and the guest path that the definition gives`() throws {
    let plan = try plan(Self.everything, "{machine: q35, memory: 1 GiB}")
    let definition = try definition(plan)
    for placement in plan.placements {
      let device = try #require(
        definition.devices.first { $0.id == placement.device || $0.kind.name == "lease" && placement.kind == "lease" })
      #expect(placement.slot == device.slot)
      #expect(placement.guestPath == definition.guestPath(of: device))
    }
    #expect(plan.placements.first?.guestPath?.description == "02.0/00.0")
    #expect(plan.placements.count == 12)
    #expect(plan.capacity["pci"]?.needed == 6)
  }

  @Test(arguments: ["q35", "pc"]) func `I9: the first look after the creation finds nothing to do`(_ machine: String)
    throws
  {
    let document = try Intents.document(Self.everything, Intents.creation(machine) + "\npower: running")
    var world = try World.created(document, host: Self.host)
    let first = world.plan(document)
    // A device of the running domain only comes now.
    #expect(first.steps.map(\.summary) == ["attach late live"])
    try world.converge(document)
    #expect(world.plan(document).isEmpty)
    world.live = nil
    world.host = HostFacts()
    let unmanaged = try Intents.document(Self.everything, Intents.creation(machine))
    #expect(world.plan(unmanaged).isEmpty)
  }

  @Test func `more ports than the layout has are refused with the numbers`() throws {
    let many = (0..<110).map { Intents.rng("r\($0)") }
    let plan = try plan(many, "{machine: q35, memory: 1 GiB, rootPorts: 3}")
    #expect(plan.codes == ["slots-short"])
    #expect(plan.refused.first?.wanted == "113 pci slots")
    #expect(try self.plan(Array(many.dropLast()), "{machine: q35, memory: 1 GiB, rootPorts: 3}").refused.isEmpty)
    let bridges = try self.plan(many, "{machine: pc, memory: 1 GiB, rootPorts: 24}")
    #expect(SlotAllocator([try definition(bridges)]).free(.pci) >= 24)
  }

  @Test func `ports are laid out eight to a slot, in the order that the guest counts them (T6)`() throws {
    let definition = try definition(try plan([Intents.root], "{machine: q35, memory: 1 GiB, rootPorts: 9}"))
    let ports = definition.pci.buses.values.filter { $0.model == "pcie-root-port" }.sorted { $0.index < $1.index }
    #expect(ports.map { $0.address?.description ?? "" }.first == "0000:00:02.0")
    #expect(ports.map { $0.address?.description ?? "" }.last == "0000:00:03.1")
    #expect(ports.map(\.chassis) == (1...10).map { UInt64($0) })
    #expect(ports.last?.port == 0x19)
    for port in ports {
      #expect(definition.pci.guestPath(of: PCIAddress(bus: port.index, slot: 0))?.bus == port.index)
    }
  }

  @Test func `an explicit address is taken, and counted among the ports`() throws {
    let fixed = Intents.rng("fixed", "address: {type: pci, bus: 3, slot: 0}")
    let definition = try definition(
      try plan(
        [Intents.root, Intents.rng("free"), fixed, Intents.rng("other")], "{machine: q35, memory: 1 GiB, rootPorts: 5}")
    )
    #expect(definition.device(alias: "ua-fixed")?.slot == .pci(PCIAddress(bus: 3, slot: 0)))
    #expect(SlotAllocator([definition]).free(.pci) == 5)
    let twice = [Intents.rng("a", "address: {type: pci, bus: 0, slot: 0x10}")]
    #expect(try plan(twice, "{machine: q35, memory: 1 GiB}").codes == ["slot-taken"])
    let nowhere = [Intents.rng("a", "address: {type: pci, bus: 99, slot: 0}")]
    #expect(try plan(nowhere, "{machine: q35, memory: 1 GiB}").codes == ["slot-missing"])
  }

  // MARK: Boot (T2)

  @Test func `a domain without boot orders gets one: the first disk, else the first card`() throws {
    let cards = try plan([Intents.rng("r"), Intents.card("a"), Intents.card("b")], "{machine: q35, memory: 1 GiB}")
    #expect(try definition(cards).devices.filter { $0.bootOrder != nil }.map(\.alias) == ["ua-a"])
    let both = try plan(
      [Intents.card("a"), Intents.disk("d", "vda"), Intents.disk("e", "vdb")], "{machine: q35, memory: 1 GiB}")
    #expect(try definition(both).devices.filter { $0.bootOrder != nil }.map(\.alias) == ["ua-d"])
    #expect(both.notes.contains { $0.contains("'d' gets 1") })
    let none = try plan([Intents.rng("r")], "{machine: q35, memory: 1 GiB}")
    #expect(none.notes.contains { $0.contains("nothing to boot from") })
  }

  @Test func `stated boot orders stand alone`() throws {
    let plan = try plan(
      [Intents.disk("a", "vda"), Intents.disk("b", "vdb", "bootOrder: 3")], "{machine: q35, memory: 1 GiB}")
    #expect(try definition(plan).devices.filter { $0.bootOrder != nil }.map(\.alias) == ["ua-b"])
  }

  // MARK: What floats is resolved

  @Test func `machine, CPU and firmware are resolved to what they stand for today`() throws {
    let plan = try plan([Intents.root], "{machine: q35, memory: 1 GiB, firmware: efi, cpu: {model: host-model}}")
    let definition = try definition(plan)
    #expect(definition.machine == "pc-q35-7.2")
    #expect(definition.root.value(at: "os/loader") == "/fw/code.fd")
    #expect(definition.root.value(at: "os/nvram/@template") == "/fw/vars.fd")
    #expect(definition.root.child("os")?["firmware"] == nil)
    #expect(definition.cpu?["mode"] == "custom")
    #expect(definition.cpu?.value(at: "model") == "EPYC-Rome")
    #expect(definition.cpu?.children(named: "feature").map { $0["name"] } == ["svm", "x2apic"])
  }

  @Test func `follow: host keeps it floating, and the plan says so`() throws {
    let plan = try plan(
      [Intents.root],
      "{machine: q35, memory: 1 GiB, firmware: {type: efi, follow: host}, cpu: {model: host-model, follow: host}}")
    let definition = try definition(plan)
    #expect(definition.root.child("os")?["firmware"] == "efi")
    #expect(definition.cpu?["mode"] == "host-model")
    #expect(plan.notes.filter { $0.contains("follows the host") }.count == 2)
  }

  static let unresolved: [(String, String)] = [
    ("{machine: q53, memory: 1 GiB}", "machine-unknown"), ("{machine: virt, memory: 1 GiB}", "machine-unknown"),
    ("{machine: pc, memory: 1 GiB, firmware: efi}", "firmware-missing"),
    ("{machine: q35, memory: 1 GiB, vcpus: 300}", "too-many-vcpus"),
  ]

  @Test(arguments: unresolved.indices) func `what the host does not have is refused`(_ index: Int) throws {
    let (creation, code) = CreationLayoutTests.unresolved[index]
    let plan = try plan([Intents.root], creation)
    #expect(plan.codes == [code])
    #expect(plan.steps.isEmpty && plan.placements.isEmpty)
  }

  @Test func `limits of the document itself are checked`() throws {
    let document = try Intents.document(
      [Intents.root], "vcpus: 4\nmemory: 2 GiB\ncreation: {machine: q35, memory: 1 GiB, vcpus: 2}")
    #expect(World(host: Self.host).plan(document).codes == ["too-many-vcpus", "too-much-memory"])
    #expect(
      try plan([Intents.disk("a", "hda", bus: "ide")], "{machine: q35, memory: 1 GiB}").codes == ["machine-unsupported"]
    )
    var host = Self.host
    host.hostModel = nil
    #expect(
      try plan([], "{machine: q35, memory: 1 GiB, cpu: {model: host-model}}", host: host).codes == ["cpu-unknown"])
    host.files = ["/k": FileFact(kind: .missing), "/srv/root.raw": FileFact(kind: .missing)]
    #expect(try plan([Intents.root], "{machine: q35, memory: 1 GiB, kernel: /k}", host: host).codes == ["file-missing"])
  }

  @Test func `current memory and CPUs, a kernel, a serial file and room for memory are written`() throws {
    let document = try Intents.document(
      [Intents.root],
      "vcpus: 2\nmemory: 512 MiB\ncreation: {machine: q35, memory: 1 GiB, vcpus: 4, kernel: /k, initrd: /i, cmdline: 'a=b <c>', serial: {file: /log}, hotplugMemory: {limit: 4 GiB, slots: 4}}"
    )
    let definition = try definition(World(host: Self.host).plan(document))
    #expect(definition.root.value(at: "memory") == "1048576")
    #expect(definition.root.value(at: "currentMemory") == "524288")
    #expect(definition.root.value(at: "vcpu/@current") == "2")
    #expect(definition.root.value(at: "vcpu") == "4")
    #expect(definition.root.value(at: "os/kernel") == "/k")
    #expect(definition.root.value(at: "os/cmdline") == "a=b <c>")
    #expect(definition.root.value(at: "maxMemory/@slots") == "4")
    #expect(definition.root.value(at: "cpu/numa/cell/@cpus") == "0-3")
    #expect(definition.devices.first { $0.kind.name == "serial" }?.element.value(at: "source/@path") == "/log")
  }

  @Test func `a domain that is not there, or was, is not made without a word (I11)`() throws {
    #expect(World().plan(try Intents.document([Intents.root], "power: running")).codes == ["no-creation"])
    let document = try Intents.document([Intents.root], Intents.creation("q35"))
    #expect(World().plan(document) { $0.absence = .gone(reason: "undefined") }.codes == ["gone"])
  }

  @Test func `references must mean a device of the definition`() throws {
    #expect(
      try plan([Intents.root, "{id: x, reference: {serial: 1}}"], "{machine: q35, memory: 1 GiB}").codes == [
        "reference-missing"
      ])
    #expect(
      try plan([Intents.root, "{id: x, reference: {serial: 0}}"], "{machine: q35, memory: 1 GiB, serial: none}").codes
        == ["reference-missing"])
  }

  // MARK: creation.xml (R12)

  private func given(_ inner: String, _ devices: [String] = [Intents.root], type: String = "qemu") throws -> Plan {
    let xml = "<domain type='\(type)'><memory unit='GiB'>1</memory>\(inner)</domain>"
    return World(host: Self.host).plan(try Intents.document(devices, "creation: {xml: \"\(xml)\"}"))
  }

  static let q35 = "<os><type machine='q35'>hvm</type></os>"
  static let buses =
    "<controller type='pci' index='0' model='pcie-root'/>"
    + "<controller type='pci' index='1' model='pcie-root-port'><address type='pci' bus='0x00' slot='0x02' function='0x0'/></controller>"
    + "<controller type='pci' index='2' model='pcie-root-port'><address type='pci' bus='0x00' slot='0x02' function='0x1'/></controller>"

  @Test func `name and UUID are put in, the machine is resolved, the rest is kept byte for byte`() throws {
    let inner =
      Self.q35 + "<!-- mine --><devices>\(Self.buses)<sound model='ich9'><alias name='ua-noise'/></sound></devices>"
    let plan = try given(inner)
    let definition = try definition(plan)
    #expect(definition.name == "web-1")
    #expect(definition.uuid == World.uuid)
    #expect(definition.machine == "pc-q35-7.2")
    let text = definition.document.text.shown
    #expect(text.contains("<!-- mine --><devices>\(Self.buses)<sound model='ich9'><alias name='ua-noise'/></sound>"))
    #expect(definition.device(alias: "ua-root")?.slot == .pci(PCIAddress(bus: 1, slot: 0)))
    #expect(ManagedState(in: definition)?.bindings.map(\.id.text) == ["root"])
  }

  @Test(arguments: ["<devices/>", "<devices></devices>", ""]) func `devices are added to a definition that has none`(
    _ list: String
  ) throws {
    let plan = try given(
      Self.q35 + list,
      [Intents.root, Intents.card("lan"), Intents.disk("s", "sda", bus: "scsi"), Intents.disk("t", "sdb", bus: "scsi")])
    let definition = try definition(plan)
    #expect(definition.devices.compactMap(\.id).map(\.text).sorted() == ["lan", "root", "s", "t"])
    #expect(definition.devices.filter { $0.kind == .controller }.map { $0.element["type"] } == ["scsi"])
    #expect(
      definition.device(alias: "ua-t")?.slot
        == .drive(DriveAddress(interface: "scsi", controller: 0, bus: 0, target: 0, unit: 1)))
    // Without buses of its own libvirt places PCI devices once and for all.
    #expect(definition.device(alias: "ua-root")?.slot == nil)
    #expect(plan.notes.contains { $0.contains("libvirt places 'root'") })
  }

  @Test func `a floating CPU becomes the host's model, with everything else that it said`() throws {
    let cpu =
      "<cpu mode='host-model'><topology sockets='1' cores='2'/><feature policy='require' name='svm'/><numa><cell id='0'/></numa></cpu>"
    let definition = try definition(try given(Self.q35 + cpu + "<devices>\(Self.buses)</devices>"))
    let found = try #require(definition.cpu)
    #expect(found["mode"] == "custom")
    #expect(found["check"] == "none")
    #expect(found.value(at: "topology/@cores") == "2")
    #expect(found.value(at: "numa/cell/@id") == "0")
    #expect(
      found.children(named: "feature").map { [$0["name"], $0["policy"]] } == [
        ["x2apic", "require"], ["svm", "require"],
      ])
    #expect(found.children(named: "model").count == 1)
  }

  @Test func `floating firmware becomes loader and template`() throws {
    let os = "<os firmware='efi'><type machine='q35'>hvm</type></os>"
    let definition = try definition(try given(os + "<devices>\(Self.buses)</devices>"))
    #expect(definition.root.child("os")?["firmware"] == nil)
    #expect(definition.root.value(at: "os/loader") == "/fw/code.fd")
    #expect(definition.root.value(at: "os/nvram/@template") == "/fw/vars.fd")
    let wishes =
      "<os firmware='efi'><type machine='q35'>hvm</type><firmware><feature enabled='yes' name='secure-boot'/></firmware></os>"
    let floating = try given(wishes + "<devices>\(Self.buses)</devices>")
    #expect(try self.definition(floating).root.child("os")?["firmware"] == "efi")
    #expect(floating.notes.contains { $0.contains("firmware floats") })
  }

  static let wrong: [(String, [String], String)] = [
    ("<name>other</name>" + q35, [], "name-mismatch"),
    ("<uuid>11111111-2222-4333-8444-555555555555</uuid>" + q35, [], "uuid-clash"),
    ("<uuid>nonsense</uuid>" + q35, [], "uuid-clash"),
    ("<os><type machine='q35'>hvm</type><boot dev='hd'/></os>", [], "os-boot"),
    ("<metadata><vmctl:domain xmlns:vmctl='urn:vmctl:domain:1'/></metadata>" + q35, [], "foreign-metadata"),
    (q35 + "<devices><disk><target dev='vda'/></disk></devices>", [Intents.root], "target-taken"),
    (q35 + "<devices><rng><alias name='ua-root'/></rng></devices>", [Intents.root], "target-taken"),
    (q35 + "<devices><disk><target dev='vdx'/><boot order='1'/></disk></devices>", [Intents.root], "target-taken"),
    ("<os><type machine='q53'>hvm</type></os>", [], "machine-unknown"),
  ]

  @Test(arguments: wrong.indices) func `contradictions in creation.xml are refused`(_ index: Int) throws {
    let (inner, devices, code) = CreationLayoutTests.wrong[index]
    let plan = try given(inner, devices)
    #expect(plan.codes.contains(code), "\(code): \(plan.refused.map(\.reason))")
    #expect(plan.steps.isEmpty && plan.placements.isEmpty)
  }

  @Test func `files and networks of creation.xml are looked at too`() throws {
    var host = Self.host
    host.files = ["/gone": FileFact(kind: .missing), "/nokernel": FileFact(kind: .missing)]
    host.networks = [:]
    let xml =
      "<domain><os><type machine='q35'>hvm</type><kernel>/nokernel</kernel></os><devices>"
      + "<disk><source file='/gone'/><target dev='vda'/></disk><interface><source network='none'/></interface></devices></domain>"
    let plan = World(host: host).plan(try Intents.document([], "creation: {xml: \"\(xml)\"}"))
    #expect(plan.codes == ["file-missing", "file-missing", "network-missing"])
  }
}
