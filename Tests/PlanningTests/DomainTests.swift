import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// Power, identity, creation of a domain that is there, references, metadata, and what is listed.
@Suite struct DomainTests {
  private func spec(_ more: String) throws -> IntentDocument { try Intents.document(Intents.base, more) }

  // MARK: Power (R13)

  @Test func `a domain that runs as wanted, and one that nobody has a word on, need no step`() throws {
    var world = try World.standard()
    #expect(world.plan(try spec("power: running")).isEmpty)
    world.live = nil
    #expect(world.plan(try spec("power: unmanaged")).isEmpty)
    #expect(world.plan(try spec("power: stopped")).isEmpty)
  }

  struct Down: Sendable {
    let reason: StopReason?
    let startedByUs: Bool
    let stoppedByUs: Bool
    let more: String
    let starts: Bool
  }

  static let downs: [Down] = [
    Down(reason: nil, startedByUs: false, stoppedByUs: false, more: "", starts: true),
    Down(reason: .shutdown, startedByUs: false, stoppedByUs: false, more: "", starts: true),
    Down(reason: .shutdown, startedByUs: true, stoppedByUs: true, more: "", starts: true),
    Down(reason: .shutdown, startedByUs: true, stoppedByUs: false, more: "", starts: false),
    Down(reason: .shutdown, startedByUs: true, stoppedByUs: false, more: "\nonGuestShutdown: restart", starts: true),
    Down(reason: .destroyed, startedByUs: true, stoppedByUs: false, more: "\nonGuestShutdown: restart", starts: false),
    Down(reason: .crashed, startedByUs: true, stoppedByUs: false, more: "", starts: true),
    Down(reason: .failed, startedByUs: true, stoppedByUs: false, more: "", starts: true),
    Down(reason: .unknown, startedByUs: true, stoppedByUs: false, more: "", starts: true),
    Down(reason: .saved, startedByUs: true, stoppedByUs: false, more: "", starts: false),
    Down(reason: .migrated, startedByUs: true, stoppedByUs: false, more: "", starts: false),
  ]

  @Test(arguments: downs.indices) func `a domain that is down is started as R13 says`(_ index: Int) throws {
    let down = DomainTests.downs[index]
    var world = try World.standard()
    world.live = nil
    let plan = world.plan(try spec("power: running" + down.more)) {
      $0.stopReason = down.reason
      $0.startedByUs = down.startedByUs
      $0.stoppedByUs = down.stoppedByUs
    }
    #expect(plan.summaries == (down.starts ? ["start power"] : []))
    if !down.starts { #expect(plan.notes.contains { $0.contains("vmctl start") }) }
  }

  @Test func `what is active in any way is not started again`() throws {
    let world = try World.standard()
    for state in [DomainState.paused, .suspended, .blocked, .shuttingDown, .crashed] {
      #expect(world.plan(try spec("power: running")) { $0.state = state }.summaries == [], "\(state)")
    }
    #expect(world.plan(try spec("power: running")) { $0.state = .paused }.notes.contains { $0.contains("paused") })
  }

  @Test func `starting comes after the definition has its devices`() throws {
    var world = try World.standard()
    world.live = nil
    let document = try Intents.document(Intents.base + [Intents.rng("new")], "power: running")
    let plan = world.plan(document)
    #expect(plan.summaries == ["attach new persistent", "start power"])
    #expect(plan.steps.filter { $0.action == .attach }.allSatisfy { $0.effect == .live })
    try world.converge(document)
    #expect(world.slot("new", .live) == world.slot("new"))
  }

  @Test func `a managed save is restored, and the plan says what that leaves out (T20)`() throws {
    var world = try World.standard()
    world.live = nil
    let document = try Intents.document(Intents.base + [Intents.rng("new")], "power: running")
    let plan = world.plan(document) { $0.hasManagedSave = true }
    #expect(plan.summaries == ["attach new persistent", "start power"])
    #expect(plan.notes.contains { $0.contains("restores the managed save; 1 persistent change") })
  }

  @Test func `a domain that is to stop gets no live step, not even for metadata`() throws {
    let world = try World.standard()
    let more = Intents.base.dropLast() + [Intents.disk("new", "vdc"), Intents.disk("data", "vdb", form: "cache: none")]
    let document = try Intents.document(
      Array(more).map { $0.replacing("network: default", with: "network: default, link: down") }, "power: stopped")
    let plan = world.plan(document)
    #expect(plan.steps.allSatisfy { $0.side != .live })
    #expect(
      plan.summaries == ["attach new persistent", "update lan persistent", "update data persistent", "shutdown power"])
    #expect(plan.steps.last?.effect == .guest)
  }

  @Test func `a shutdown that is under way is not asked for again`() throws {
    let plan = try World.standard().plan(try spec("power: stopped")) { $0.state = .shuttingDown }
    #expect(plan.summaries == [])
  }

  // MARK: Transient domains (T19)

  @Test func `a transient domain is changed live only, and that is said`() throws {
    var world = try World.standard()
    world.persistent = nil
    let document = try Intents.document(Intents.base + [Intents.rng("new")])
    let plan = world.plan(document)
    #expect(plan.summaries == ["attach new live"])
    #expect(plan.notes.contains { $0.contains("transient") })
    try world.converge(document)
    // What the definition would take at the next boot a transient domain never gets.
    let cache = Intents.base.map { $0.replacing("target: vdb}", with: "target: vdb, cache: none}") }
    #expect(world.plan(try Intents.document(cache + [Intents.rng("new")])).codes == ["needs-replace"])
  }

  @Test func `a transient domain is not stopped: that would be its end`() throws {
    var world = try World.standard()
    world.persistent = nil
    let plan = world.plan(try spec("power: stopped"))
    #expect(plan.summaries == [])
    #expect(plan.codes == ["transient"])
  }

  // MARK: Identity (R15)

  @Test func `another UUID than the document's, or than was applied, is refused`() throws {
    let world = try World.standard()
    let other = try #require(DomainUUID("11111111-2222-4333-8444-555555555555"))
    #expect(world.plan(try spec("power: running")) { $0.appliedUUID = other }.codes == ["name-reuse"])
    let text = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: web-1, uuid: \(other)}\nspec: {}\n"
    let document = try #require(try IntentParser.parse([.init(name: "x", bytes: Array(text.utf8))]).first)
    let plan = world.plan(document)
    #expect(plan.codes == ["uuid-clash"])
    #expect(plan.steps.isEmpty)
  }

  // MARK: unlisted: remove (R4, I7)

  private static let foreign =
    "<rng model='virtio'><backend model='random'>/dev/random</backend>"
    + "<address type='pci' domain='0x0000' bus='0x06' slot='0x00' function='0x0'/></rng>"

  @Test func `R4: what no id names goes, first from the guest; what I7 protects stays and is listed`() throws {
    var world = try World.standard()
    for side in Side.allCases { try world.add(Self.foreign, side) }
    let document = try Intents.document(Intents.base, "unlisted: remove")
    let plan = world.plan(document)
    #expect(plan.summaries == ["detach rng pci 0000:06:00.0 live"])
    #expect(plan.steps.first { $0.action == .detach }?.effect == .guest)
    let waiting = world.plan(document) {
      $0.pendingRequests = [.init(target: .unlisted("rng pci 0000:06:00.0"), since: 1, isOverdue: false)]
    }
    #expect(waiting.summaries.isEmpty && waiting.waiting.count == 1)
    try world.converge(document)
    #expect(!(world.persistent?.document.text.shown.contains("/dev/random<") ?? true))
    let after = world.plan(document)
    // Controllers, the balloon, the serial port: nobody else's to take.
    #expect(after.summaries.isEmpty && after.unmanaged.count > 5)
    #expect(try world.plan(Intents.document(Intents.base)).summaries.isEmpty)
  }

  @Test func `R4: the first document after an adoption has to mean it`() throws {
    var world = try World.standard()
    for side in Side.allCases { try world.add(Self.foreign, side) }
    let document = try Intents.document(Intents.base, "unlisted: remove")
    let plan = world.plan(document) { $0.isFreshlyAdopted = true }
    #expect(plan.codes == ["unlisted"] && plan.steps.isEmpty)
    let meant = world.plan(document) {
      $0.isFreshlyAdopted = true
      $0.options.removals = Set([PlanningInput.Options.unlisted].compactMap { $0 })
    }
    #expect(meant.refused.isEmpty && !meant.summaries.isEmpty)
  }

  @Test func `I7: a device with a boot order stays`() throws {
    var world = try World.standard()
    let card =
      "<interface type='network'><mac address='52:54:00:00:00:09'/><source network='default'/><model type='virtio'/>"
      + "<boot order='7'/><address type='pci' domain='0x0000' bus='0x06' slot='0x00' function='0x0'/></interface>"
    for side in Side.allCases { try world.add(card, side) }
    #expect(try world.plan(Intents.document(Intents.base, "unlisted: remove")).summaries.isEmpty)
  }

  // MARK: Creation of a domain that is there (R10)

  private func changed(_ creation: String) throws -> Plan {
    let world = try World.created(
      try Intents.document(
        Intents.base, "creation: {type: qemu, machine: pc-q35-7.2, memory: 1 GiB, cpu: {model: EPYC}}"))
    return world.plan(try Intents.document(Intents.base, "creation: " + creation))
  }

  @Test func `the same creation is silent, and none is too`() throws {
    let same = try changed("{type: qemu, machine: pc-q35-7.2, memory: 1 GiB, cpu: {model: EPYC}}")
    #expect(same.isEmpty && same.notes.isEmpty)
    let world = try World.standard()
    #expect(world.plan(try Intents.document(Intents.base)).isEmpty)
  }

  @Test func `what cannot be compared is one note`() throws {
    let plan = try changed("{machine: q35, memory: 2 GiB, vcpus: 8, rootPorts: 2, cpu: {model: host-model}}")
    #expect(plan.summaries == [])
    #expect(plan.refused.isEmpty)
    #expect(plan.notes.contains { $0.contains("read once") })
  }

  @Test func `hardware that differs from what the domain has is refused, and the rest goes on`() throws {
    let plan = try changed("{machine: pc, memory: 1 GiB, firmware: efi, cpu: {model: Opteron_G5}}")
    #expect(plan.refused.map(\.path) == ["spec.creation.machine", "spec.creation.firmware", "spec.creation.cpu.model"])
    #expect(plan.refused.allSatisfy { $0.code == "creation-changed" && $0.wouldTake == "a new domain" })
    #expect(plan.refused.filter(\.concernsWholePlan).isEmpty)
    let xml = try changed(
      "{xml: \"<domain><os><type machine='pc-i440fx-7.2'>hvm</type></os><cpu mode='host-passthrough'/></domain>\"}")
    #expect(xml.refused.map(\.found) == ["pc-q35-7.2", "EPYC"])
  }

  // MARK: References

  @Test func `a reference to a device with one of libvirt's own aliases is bound by what stays`() throws {
    var world = try World.standard()
    let references = [
      "{id: tty, reference: {serial: 0}}", "{id: balloon, reference: {memballoon: 0}}",
      "{id: hba, reference: {controller: 'scsi,0'}}",
    ]
    let document = try Intents.document(Intents.base + references)
    try world.converge(document)
    #expect(
      world.managed.bindings.suffix(3).map(\.key) == [
        "serial port=0", "memballoon memballoon", "controller controller=scsi,0",
      ])
    #expect(world.plan(document).unchanged == 7)
    world.live = try world.persistent.map { try LibvirtText.running($0) }
    #expect(world.plan(document).isEmpty)
  }

  @Test func `a kind without keys is bound by its slot, which is as stable`() throws {
    var world = try World.standard()
    let slots = [try #require(Foreign.lastFree(world))]
    for side in Side.allCases {
      try world.add("<rng model='virtio'><backend model='random'>/dev/random</backend></rng>", side)
      try world.add(Foreign.rng(at: .pci(slots[0])), side)
    }
    let document = try Intents.document(Intents.base + ["{id: second, reference: {rng: 2}}"])
    try world.converge(document)
    #expect(world.managed.bindings.last?.key == "rng @\(Slot.pci(slots[0]))")
    // The first one goes; the reference still means its own.
    for side in Side.allCases { try world.edit(side) { $0.replacing("/dev/urandom", with: "/dev/hwrng") } }
    #expect(world.plan(document).unmanaged.filter { $0.kind == "rng" }.count == 1)
  }

  @Test func `a reference that means nothing, or more than one, is refused`() throws {
    var world = try World.standard()
    #expect(
      world.plan(try Intents.document(Intents.base + ["{id: x, reference: {serial: 9}}"])).codes == [
        "reference-missing"
      ])
    let twin = "<filesystem type='mount'><source dir='/a'/><target dir='same'/></filesystem>"
    for side in Side.allCases { for _ in 0..<2 { try world.add(twin, side) } }
    let plan = world.plan(try Intents.document(Intents.base + ["{id: x, reference: {filesystem: same}}"]))
    #expect(plan.codes == ["ambiguous-device"])
    #expect(plan.steps.isEmpty)
  }

  @Test func `a device that is bound is not refused as taken by itself`() throws {
    var world = try World.standard()
    try world.add(
      "<disk type='file' device='disk'><source file='/f'/><target dev='vdf' bus='virtio'/></disk>", .persistent)
    let plan = world.plan(try Intents.document(Intents.base + [Intents.disk("new", "vdf")]))
    #expect(plan.codes == ["target-taken"])
    #expect(plan.refused.first?.wouldTake?.contains("reference") == true)
    #expect(plan.refused.first?.reason.contains("persistent side") == true)
  }

  // MARK: Files and networks

  @Test func `a missing file or network is refused before anything is done (T15)`() throws {
    let world = try World.standard()
    let document = try Intents.document(
      Intents.base + [Intents.disk("new", "vdc"), Intents.card("wan", "network: defualt")])
    let plan = world.plan(document) {
      $0.host.files = ["/srv/new.raw": FileFact(kind: .missing), "/srv/data.raw": FileFact(kind: .missing)]
      $0.host.networks = ["default": true, "off": false]
    }
    // What is attached already is libvirt's business.
    #expect(Set(plan.codes) == ["file-missing", "network-missing"])
    #expect(plan.refused.first { $0.code == "network-missing" }?.wouldTake == "did you mean 'default'?")
    #expect(plan.steps.isEmpty)
    let other = world.plan(
      try Intents.document(Intents.base + [Intents.disk("new", "vdc"), Intents.card("wan", "network: 'off'")])
    ) {
      $0.host.files = ["/srv/new.raw": FileFact(kind: .file, size: 1, readable: false)]
      $0.host.networks = ["off": false]
    }
    #expect(Set(other.codes) == ["file-unreadable", "network-inactive"])
    #expect(world.plan(document).refused.isEmpty, "what was not looked at is not judged")
  }

  // MARK: What is listed

  @Test func `I7: unmanaged devices are listed once over both sides, and left alone`() throws {
    var world = try World.standard()
    try world.add("<sound model='ich9'><alias name='ua-mine'/></sound>", .persistent)
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.isEmpty)
    let controllers = plan.unmanaged.filter { $0.kind == "controller" }
    #expect(controllers.allSatisfy { $0.sides == [.live, .persistent] })
    #expect(plan.unmanaged.contains { $0.kind == "memballoon" && $0.sides == [.live, .persistent] })
    #expect(plan.unmanaged.contains { $0.kind == "sound" && $0.sides == [.persistent] && $0.alias == "ua-mine" })
    #expect(!plan.unmanaged.contains { ["disk", "interface", "rng"].contains($0.kind) })
    #expect(plan.unchanged == 4)
  }

  // MARK: Metadata

  @Test func `what a newer vmctl wrote survives what this one writes`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing("<vmctl:device id='lan'", with: "<vmctl:device colour='blue' id='lan'")
          .replacing(
            "<vmctl:device id='root'",
            with: "<vmctl:quota id='q'><vmctl:limit n='1'/></vmctl:quota><vmctl:device id='root'"
          )
          .replacing("<vmctl:domain ", with: "<vmctl:domain era='2' ")
      }
    }
    #expect(world.plan(try Intents.document(Intents.base)).isEmpty)
    let document = try Intents.document(Intents.base + [Intents.rng("new")])
    try world.converge(document)
    for side in Side.allCases {
      let text = try #require(world[side]?.document.text.shown)
      #expect(text.contains("colour='blue'") && text.contains("era='2'") && text.contains("<vmctl:limit n='1'/>"))
    }
  }

  @Test func `other namespaces are not touched`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) { $0.replacing("<metadata>", with: "<metadata><o:vm xmlns:o='urn:o'><o:x>1</o:x></o:vm>") }
    }
    try world.converge(try Intents.document(Intents.base + [Intents.rng("new")]))
    #expect(world.persistent?.document.text.shown.contains("<o:vm xmlns:o='urn:o'><o:x>1</o:x></o:vm>") == true)
  }

  @Test func `metadata that one side lost is written there again, from the persistent side`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      var copy = world
      try copy.edit(side) { $0.replacing("urn:vmctl:domain:1", with: "urn:other") }
      let plan = copy.plan(try Intents.document(Intents.base))
      #expect(plan.steps.map(\.summary) == ["setMetadata metadata \(side.rawValue)"])
    }
    world.generation = 2
    #expect(world.plan(try Intents.document(Intents.base)).steps.count == 2)
  }

  @Test func `tombstones are the newest 64, and none of them is of an id that is there`() throws {
    var world = try World.standard()
    var state = world.managed
    state.tombstones = (0..<64).compactMap { number in
      DeviceID("old-\(number)").map { ManagedState.Tombstone(id: $0, slot: .usb(bus: 9, port: "\(number)")) }
    }
    for side in Side.allCases { world[side] = try world[side].map { try LibvirtText.setMetadata(state.xml, in: $0) } }
    try world.converge(try Intents.document(Array(Intents.base.dropLast())))
    #expect(world.managed.tombstones.count == 64)
    #expect(world.managed.tombstones.first?.id.text == "old-1")
    #expect(world.managed.tombstones.last?.id.text == "data")
  }
}
