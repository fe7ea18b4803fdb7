import DomainXML
import Intent
import Planning
import TestSupport
import Testing
import Vocabulary

/// Requirements and other tools' pitfalls that a plan alone can prove, by their names.
@Suite struct RequirementTests {
  // MARK: Requirements

  @Test(arguments: ["network: other", "network: default, link: down"])
  func `A10: a card is wired elsewhere, or nowhere, by one update on each side, and never detached`(
    _ form: String
  ) throws {
    var world = try World.standard()
    let document = try Intents.document(
      Intents.base.map { $0.hasPrefix("{id: lan") ? Intents.card("lan", form) : $0 })
    let slot = world.slot("lan")
    #expect(world.plan(document).summaries == ["update lan live", "update lan persistent"])
    try world.converge(document)
    #expect(world.slot("lan") == slot && world.slot("lan", .live) == slot)
  }

  @Test func `A13: queues, cache, send buffer and back end reach libvirt's element`() throws {
    let card = Intents.xml(
      "wan",
      "<interface type='network'><source network='default'/><model type='virtio'/><driver name='qemu' queues='2'/>"
        + "<tune><sndbuf>1600</sndbuf></tune></interface>")
    let world = try World.standard(
      "q35",
      Intents.base + [
        Intents.card("dmz", "network: default, queues: 4"), card, Intents.disk("fast", "vdc", form: "cache: none"),
      ])
    #expect(world.device("dmz")?.element.value(at: "driver/@queues") == "4")
    #expect(world.device("wan")?.element.value(at: "tune/sndbuf") == "1600")
    #expect(world.device("wan")?.element.value(at: "driver/@name") == "qemu")
    #expect(world.device("fast")?.element.value(at: "driver/@cache") == "none")
  }

  @Test(arguments: ["queues: many", "queues: 0", "mtu: 60", "quues: 2"])
  func `A13: a value out of its range, and a key that there is not, are faults that say what is right`(
    _ form: String
  ) throws {
    let text =
      "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: d}\nspec:\n  devices:\n"
      + "  - \(Intents.card("lan", "network: default, \(form)"))\n"
    let faults = try #require(throws: IntentFaults.self) {
      try IntentParser.parse([.init(name: "d", bytes: Array(text.utf8))])
    }
    let words = faults.faults.map { "\($0)" }.joined()
    #expect(words.contains(form.hasPrefix("mtu") ? "65535" : form.hasPrefix("quues") ? "queues" : "256"), "\(words)")
  }

  @Test func `A15: the boot order is the document's, and another one is for the next boot`() throws {
    var world = try World.standard()
    let document = try Intents.document(
      Intents.base.map { $0.hasPrefix("{id: lan") ? Intents.card("lan", "network: default", "bootOrder: 2") : $0 })
    let plan = world.plan(document)
    #expect(plan.summaries == ["update lan persistent"])
    #expect(plan.step("update lan persistent")?.effect == .nextBoot)
    #expect(plan.nextBoot.map(\.path) == ["boot/@order"])
    try world.converge(document)
    #expect(world.device("lan")?.bootOrder == 2)
  }

  @Test func `B6: an id bound before libvirt gave aliases and addresses means the same device afterwards`() throws {
    for (name, text) in try Corpus.domains() {
      guard let definition = try? DomainDefinition(text), DomainName(definition.name) != nil else { continue }
      var bare = Edit(definition.document)
      for device in definition.devices {
        if let alias = device.element.child("alias"), device.id == nil { bare.remove(alias) }
      }
      let stopped = try DomainDefinition(bare.apply())
      let adoption = try Adoption(live: nil, persistent: stopped)
      let running = try LibvirtText.running(stopped)
      for binding in adoption.bindings {
        let before = try #require(Planner.device(of: binding, in: stopped), "\(name) \(binding.id)")
        let after = try #require(Planner.device(of: binding, in: running), "\(name) \(binding.id)")
        #expect(before.slot == after.slot && before.naturalKey == after.naturalKey, "\(name) \(binding.id)")
      }
    }
  }

  @Test func `D7: an update of a disk keeps its type, format, source and what no document says`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing("<target dev='vdb'", with: "<geometry cyls='16' heads='4' secs='32'/><target dev='vdb'")
      }
    }
    let before = try #require(world.device("data")?.element)
    try world.converge(
      try Intents.document(Intents.base.dropLast() + [Intents.disk("data", "vdb", form: "cache: none")]))
    let after = try #require(world.device("data"))
    #expect(after.element.value(at: "driver/@cache") == "none")
    #expect(Differ.differences(wanted: before, device: after.element, kind: after.kind).isEmpty)
  }

  // MARK: False differences and half exchanges

  @Test func `T22: an open tray and the format of an empty drive are no difference`() throws {
    let drive =
      "{id: cd, xml: \"<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>"
      + "<target dev='sda' bus='scsi' tray='open'/><readonly/></disk>\"}"
    var world = try World.standard("q35", Intents.base + [drive])
    // The running domain of libvirt 9 says neither of an empty drive.
    let shown = try #require(world.device("cd", .live)?.element.source.shown)
    let bare = shown.replacing(" type='raw'", with: "").replacing(" tray='open'", with: "")
    #expect(bare != shown)
    try world.edit(.live) { $0.replacing(shown, with: bare) }
    let plan = world.plan(try Intents.document(Intents.base + [drive]))
    #expect(plan.isEmpty && plan.nextBoot.isEmpty && plan.drift.isEmpty, "\(plan.nextBoot) \(plan.drift)")
  }

  @Test func `R6: an exchange of images detaches first, and each comes back at its own id's slot`() throws {
    let more = [Intents.disk("a", "vdc"), Intents.disk("b", "vdd")]
    var world = try World.standard("q35", Intents.base + more)
    let slots = [world.slot("a"), world.slot("b")]
    let exchanged = try Intents.document(
      Intents.base + [
        Intents.disk("a", "vdc", file: "/srv/b.raw", "replace: allowed"),
        Intents.disk("b", "vdd", file: "/srv/a.raw", "replace: allowed"),
      ])
    let live = world.plan(exchanged).steps.filter { $0.side == .live && $0.action != .setMetadata }
    #expect(live.map(\.summary) == ["detach a live", "detach b live", "attach a live", "attach b live"])
    for step in world.plan(exchanged).steps where step.side == .live { try world.apply(step) }
    try world.converge(exchanged)
    #expect([world.slot("a"), world.slot("b")] == slots)
    #expect([world.slot("a", .live), world.slot("b", .live)] == slots)
    #expect(world.device("a")?.element.value(at: "source/@file") == "/srv/b.raw")
  }

  @Test func `R6: half an exchange is refused as a whole`() throws {
    let world = try World.standard("q35", Intents.base + [Intents.disk("a", "vdc"), Intents.disk("b", "vdd")])
    let half = try Intents.document(
      Intents.base + [
        Intents.disk("a", "vdc", file: "/srv/b.raw", "replace: allowed"),
        Intents.disk("b", "vdd", file: "/srv/a.raw"), Intents.rng("more"),
      ])
    let plan = world.plan(half)
    #expect(plan.steps.isEmpty)
    #expect(Set(plan.codes) == ["needs-replace"])
    #expect(plan.refused.contains { $0.reason.contains("'a'") })
  }

  @Test func `a card whose network another tool made libvirt forget is sent back as a card on a network`() throws {
    var world = try World.standard()
    try world.edit(.live) {
      $0.replacing("<interface type='network'>", with: "<interface type='bridge'>").replacing(
        "<source network='default'/>", with: "<source bridge='virbr0'/>")
    }
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.summaries == ["update lan live"])
    let sent = try DomainDocument(try #require(plan.step("update lan live")?.xml)).root
    #expect(sent["type"] == "network" && sent.value(at: "source/@network") == "default")
  }

  // MARK: Pitfalls that other tools paid for

  @Test func `pitfall a: what goes into the definition is never made of the running domain's element`() throws {
    var world = try World.standard()
    try world.edit(.live) {
      $0.replacing("<interface type='network'>", with: "<interface type='bridge'>").replacing(
        "<source network='default'/>", with: "<source network='default' bridge='virbr0'/><target dev='vnet7'/>")
    }
    let document = try Intents.document(
      Intents.base.map { $0.hasPrefix("{id: lan") ? Intents.card("lan", "network: default, link: down") : $0 })
    let step = try #require(world.plan(document).step("update lan persistent"))
    let xml = try #require(step.xml).shown
    #expect(!xml.contains("vnet7") && !xml.contains("virbr0"))
    #expect(xml.contains("type='network'"))
  }

  @Test func `pitfall b: a kind whose element can hold a password is never updated, and so loses none`() throws {
    let vnc = try DomainDocument(XMLText("<graphics type='vnc' port='-1'/>")).root
    for side in Side.allCases {
      #expect(DeviceKind.graphics.update[side].refusal(for: vnc, libvirt: nil) != nil)
      #expect(DeviceKind.graphics.attach[side].refusal(for: vnc, libvirt: nil) != nil)
    }
  }

  @Test func `pitfall f: a document can be planned for a domain in which nothing has an alias`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) { $0.replacing(/<alias name='[^']*'\/>/, with: "") }
    }
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.summaries.allSatisfy { !$0.hasPrefix("detach") }, "\(plan.summaries)")
  }

  @Test func `pitfall g: two cards with one MAC are told apart, or left alone; none is taken for the other`() throws {
    func card(_ slot: Int) -> String {
      "<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='b'/><model type='virtio'/>"
        + "<address type='pci' domain='0x0000' bus='0x00' slot='0x0\(slot)' function='0x0'/></interface>"
    }
    let definition = try DomainDefinition(XMLText(Self.pc(card(5) + card(6))))
    let adoption = try Adoption(live: nil, persistent: definition)
    #expect(adoption.bindings.isEmpty)
    #expect(adoption.apart == 2)
  }

  @Test func `pitfalls h, k: usb controllers share an index, and one of model none is there without an address`()
    throws
  {
    let controllers =
      "<controller type='usb' index='0' model='ich9-ehci1'><alias name='usb'/></controller>"
      + "<controller type='usb' index='0' model='ich9-uhci1'><alias name='usb'/><master startport='0'/></controller>"
    for text in [controllers, "<controller type='usb' index='0' model='none'/>"] {
      var world = World(live: nil, persistent: try DomainDefinition(XMLText(Self.pc(text))))
      world.uuid = Self.uuid
      let plan = world.plan(try Intents.document([Intents.rng("entropy")], name: "d"))
      #expect(plan.summaries == ["attach entropy persistent"])
      #expect(plan.refused.isEmpty)
    }
  }

  @Test func `pitfall i: a host device is known by where the host has it, not by where the guest sees it`() throws {
    func device(_ host: Int, at slot: Int) -> String {
      "<hostdev mode='subsystem' type='pci' managed='yes'>"
        + "<source><address domain='0x0000' bus='0x0\(host)' slot='0x00' function='0x0'/></source>"
        + "<address type='pci' domain='0x0000' bus='0x00' slot='0x0\(slot)' function='0x0'/></hostdev>"
    }
    let definition = try DomainDefinition(XMLText(Self.pc(device(5, at: 6) + device(6, at: 5))))
    let adoption = try Adoption(live: nil, persistent: definition)
    #expect(adoption.bindings.count == 2)
    for binding in adoption.bindings {
      let found = try #require(Planner.device(of: binding, in: definition))
      #expect(binding.key?.contains(found.element.value(at: "source/address/@bus") ?? "-") == true)
    }
    // The guest's address is another one and the host's the same: the same device.
    let moved = try DomainDefinition(XMLText(Self.pc(device(5, at: 7) + device(6, at: 5))))
    for binding in adoption.bindings {
      let old = try #require(Planner.device(of: binding, in: definition)).element.value(at: "source/address/@bus")
      #expect(Planner.device(of: binding, in: moved)?.element.value(at: "source/address/@bus") == old)
    }
  }

  @Test func `pitfall j: a lease leaves without a guest and without an event, so nothing is waited for`() throws {
    let lease = Intents.xml("lock", "<lease><lockspace>s</lockspace><key>k</key><target path='/l'/></lease>")
    var world = try World.standard()
    try world.converge(try Intents.document(Intents.base + [lease]))
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.summaries == ["detach lock live", "detach lock persistent"])
    #expect(plan.step("detach lock live")?.effect == .live)
  }

  @Test func `pitfall l: a balloon is never unplugged, whatever the document says`() throws {
    let text = Self.pc("<memballoon model='virtio'><alias name='ua-air'/></memballoon>")
    var world = World(live: try LibvirtText.running(DomainDefinition(XMLText(text))), persistent: nil)
    world.persistent = try DomainDefinition(XMLText(text))
    world.uuid = Self.uuid
    let document = try Intents.document([Intents.rng("entropy")], "unlisted: remove", name: "d")
    let air = ManagedState.Binding(id: try #require(DeviceID("air")))
    let plan = world.plan(document) { $0.managed = ManagedState(bindings: [air]) }
    #expect(!plan.summaries.contains { $0.hasPrefix("detach") }, "\(plan.summaries)")
  }

  @Test func `pitfall m: mediated devices keep the order in which they were listed`() throws {
    let ids = ["c2177883-f1bb-47f0-914d-32a22e3a8804", "a2177883-f1bb-47f0-914d-32a22e3a8805"]
    let devices = ids.enumerated().map { place, uuid in
      Intents.xml(
        "gpu\(place)",
        "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='\(uuid)'/></source></hostdev>")
    }
    let world = try World.standard("q35", Intents.base + devices)
    let there = world.persistent?.devices.filter { $0.kind.name == "hostdev" } ?? []
    #expect(there.compactMap { $0.element.value(at: "source/address/@uuid") } == ids)
  }

  @Test func `pitfall n: a throttle is compared with the domain's XML, and our metadata says nothing of it`() throws {
    let throttled = Intents.disk("data", "vdb", form: "iotune: {totalIopsSec: 100}")
    var world = try World.standard("q35", Intents.base.dropLast() + [throttled])
    let document = try Intents.document(Intents.base.dropLast() + [throttled])
    #expect(world.plan(document).isEmpty)
    let metadata = try #require(world.persistent?.metadata(namespace: ManagedState.namespace)).source.shown
    #expect(!metadata.contains("iops"))
    try world.edit(.live) { $0.replacing(">100<", with: ">50<") }
    #expect(world.plan(document).summaries == ["set data live"])
  }

  @Test func `pitfall o: what is defined is complete; no placeholder waits for the start`() throws {
    let world = try World.standard()
    let before = try #require(world.persistent).devices.map(\.element.source)
    let started = try World.created(try Intents.document(Intents.base, Intents.creation("q35")), running: true)
    #expect(started.persistent?.devices.map(\.element.source) == before)
  }

  @Test func `pitfall q: a scsi unit that became free is a tombstone, and its own disk gets it back`() throws {
    func disk(_ id: String, _ target: String) -> String { Intents.disk(id, target, bus: "scsi") }
    var world = try World.standard("q35", Intents.base + [disk("a", "sda"), disk("b", "sdb"), disk("c", "sdc")])
    let hole = world.slot("b")
    try world.converge(try Intents.document(Intents.base + [disk("a", "sda"), disk("c", "sdc")]))
    try world.converge(try Intents.document(Intents.base + [disk("a", "sda"), disk("c", "sdc"), disk("d", "sdd")]))
    #expect(world.slot("d") != hole)
    let all = [disk("a", "sda"), disk("c", "sdc"), disk("d", "sdd"), disk("b", "sdb")]
    try world.converge(try Intents.document(Intents.base + all))
    #expect(world.slot("b") == hole)
  }

  @Test func `pitfall s: a MAC that vmctl chooses is the same in every process`() throws {
    let world = try World.standard()
    // Written down: another hash, or one with a seed of its run, would give another.
    #expect(world.device("lan")?.element.value(at: "mac/@address") == "52:54:00:40:3e:3c")
  }

  @Test func `pitfall t: what waits for the next boot says so of the definition, and is in it`() throws {
    var world = try World.standard()
    let document = try Intents.document(
      Intents.base.dropLast() + [Intents.disk("data", "vdb", form: "cache: none")])
    try world.converge(document)
    // A reset of the guest changes nothing of the running domain; only a start from the definition does.
    #expect(world.device("data", .live)?.element.value(at: "driver/@cache") == nil)
    #expect(world.device("data", .persistent)?.element.value(at: "driver/@cache") == "none")
    #expect(world.plan(document).nextBoot.map(\.path) == ["driver/@cache"])
    world.live = try world.persistent.map { try LibvirtText.running($0) }
    #expect(world.plan(document).nextBoot.isEmpty)
  }

  // MARK: Domains

  private static let uuid = DomainUUID(high: 0x6a1e_9b57_0000_4000, low: 0x8000_0000_0000_0001)

  private static func pc(_ devices: String) -> String {
    "<domain type='qemu'><name>d</name><uuid>6a1e9b57-0000-4000-8000-000000000001</uuid>"
      + "<os><type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type></os>"
      + "<devices><controller type='pci' index='0' model='pci-root'/>\(devices)</devices></domain>"
  }
}
