import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// The rules of intent documents, on a q35 domain with four root ports (one taken) and its metadata.
@Suite struct RuleTests {
  // MARK: Documents

  private static func port(_ index: Int) -> String {
    "<controller type='pci' index='\(index)' model='pcie-root-port'><target chassis='\(index)'/>"
      + "<address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x\(index - 1)'/></controller>"
  }

  private static func domain(_ devices: String, _ state: ManagedState) throws -> DomainDefinition {
    try DomainDefinition(
      XMLText(
        "<domain type='qemu'><name>web-1</name><uuid>11111111-2222-4333-8444-555555555555</uuid>"
          + "<metadata>\(state.xmlWithNamespace.shown)</metadata><os><type machine='pc-q35-7.2'>hvm</type></os><devices>"
          + "<controller type='pci' index='0' model='pcie-root'/>" + (1...4).map(port).joined() + devices
          + "</devices></domain>"))
  }

  private static func disk(_ id: String, _ target: String, bus: Int, boot: Int? = nil) -> String {
    "<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/\(id).img'/>"
      + "<target dev='\(target)' bus='virtio'/><serial>\(id)</serial>"
      + (boot.map { "<boot order='\($0)'/>" } ?? "")
      + "<alias name='ua-\(id)'/><address type='pci' domain='0x0000' bus='0x0\(bus)' slot='0x00' function='0x0'/></disk>"
  }

  private static func wanted(_ devices: [String], more: String = "") throws -> IntentDocument {
    let list = devices.isEmpty ? "  devices: []" : "  devices:\n" + devices.map { "  - " + $0 }.joined(separator: "\n")
    let text = "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: web-1}\nspec:\n\(more)\(list)\n"
    return try #require(try IntentParser.parse([.init(name: "w", bytes: Array(text.utf8))]).first)
  }

  private static func want(_ id: String, _ target: String, boot: Int? = nil, more: String = "") -> String {
    "{id: \(id), disk: {file: /\(id).img, format: raw, bus: virtio, target: \(target)}"
      + (boot.map { ", bootOrder: \($0)" } ?? "") + more + "}"
  }

  private static let root = want("root", "vda", boot: 1)

  /// A domain with root and data disks on both sides, and what its metadata says.
  private static func input(
    _ document: IntentDocument, live: String? = both, persistent: String? = both, ids: [String] = ["root", "data"],
    tombstones: [(String, Int)] = [], _ change: (inout PlanningInput) -> Void = { _ in }
  ) throws -> PlanningInput {
    var state = ManagedState(generation: Generation(1))
    state.bindings = ids.compactMap { DeviceID($0) }.map { id in
      ManagedState.Binding(
        id: id, content: document.devices?.first { $0.id == id }?.contentDigest)
    }
    state.tombstones = tombstones.compactMap { id, bus in
      DeviceID(id).map { ManagedState.Tombstone(id: $0, slot: .pci(PCIAddress(bus: UInt64(bus), slot: 0))) }
    }
    let uuid = try #require(DomainUUID("11111111-2222-4333-8444-555555555555"))
    var input = PlanningInput(
      wanted: document, generation: Generation(1), uuid: uuid, live: try live.map { try domain($0, state) },
      persistent: try persistent.map { try domain($0, state) }, state: live == nil ? .shutOff : .running,
      managed: state)
    change(&input)
    return input
  }

  private static let both = disk("root", "vda", bus: 1, boot: 1) + disk("data", "vdb", bus: 2)

  private static func slot(_ bus: UInt64) -> Slot { .pci(PCIAddress(bus: bus, slot: 0)) }

  private static func devices(_ plan: Plan) -> [Step] { plan.steps.filter { $0.action != .setMetadata } }

  // MARK: Attach and detach

  @Test func `I9: what is as wanted has an empty plan`() throws {
    let plan = Planner.plan(try Self.input(try Self.wanted([Self.root, Self.want("data", "vdb")])))
    #expect(plan.isEmpty, "\(plan)")
    #expect(plan.unchanged == 2)
  }

  @Test func `a new device gets one slot that is free on both sides, live first`() throws {
    let document = try Self.wanted([Self.root, Self.want("data", "vdb"), Self.want("new", "vdc")])
    let elsewhere = Self.both + "<rng model='virtio'><address type='pci' bus='0x03' slot='0x00'/></rng>"
    let plan = Planner.plan(try Self.input(document, persistent: elsewhere))
    let steps = Self.devices(plan)
    #expect(steps.map(\.action) == [.attach, .attach])
    #expect(steps.map(\.side) == [.live, .persistent])
    #expect(steps.allSatisfy { $0.slot == Self.slot(4) })
    #expect(steps.first?.xml == steps.last?.xml)
  }

  @Test func `a device that one side lacks comes back where the other has it`() throws {
    let document = try Self.wanted([Self.root, Self.want("data", "vdb")])
    let plan = Planner.plan(try Self.input(document, persistent: Self.disk("root", "vda", bus: 1, boot: 1)))
    #expect(Self.devices(plan).map(\.side) == [.persistent])
    #expect(Self.devices(plan).map(\.slot) == [Self.slot(2)])
  }

  @Test func `I2: an id gets its own slot back, and others avoid it while any other fits`() throws {
    let rootOnly = Self.disk("root", "vda", bus: 1, boot: 1)
    func slot(of id: String) throws -> [Slot?] {
      let document = try Self.wanted([Self.root, Self.want(id, "vdb")])
      let plan = Planner.plan(
        try Self.input(document, live: rootOnly, persistent: rootOnly, ids: ["root"], tombstones: [("old", 2)]))
      return Self.devices(plan).map(\.slot)
    }
    #expect(try slot(of: "old") == [Self.slot(2), Self.slot(2)])
    #expect(try slot(of: "other") == [Self.slot(3), Self.slot(3)])
  }

  @Test func `a removal asks the guest first, and the definition follows`() throws {
    let ids = ["root", "data", "a", "b"]
    let devices = Self.both + Self.disk("a", "vdc", bus: 3) + Self.disk("b", "vdd", bus: 4)
    let document = try Self.wanted([Self.root, Self.want("a", "vdc"), Self.want("b", "vdd")])
    let plan = Planner.plan(try Self.input(document, live: devices, persistent: devices, ids: ids))
    let steps = Self.devices(plan)
    #expect(steps.map(\.action) == [.detach, .detach])
    #expect(steps.map(\.side) == [.live, .persistent])
    #expect(steps.first?.effect == .guest)
    #expect(steps.last?.waitsFor?.text == "data")
  }

  @Test func `a plan that cannot fit is refused as a whole, with the numbers`() throws {
    let document = try Self.wanted(
      [Self.root, Self.want("data", "vdb")]
        + (1...3).map { Self.want("n\($0)", "vd\("cde".dropFirst($0 - 1).first ?? "x")") })
    let plan = Planner.plan(try Self.input(document))
    #expect(plan.steps.isEmpty)
    #expect(plan.refused.map(\.code) == ["slots-short"])
    #expect(plan.refused.first?.wanted?.contains("3") == true)
    #expect(plan.refused.first?.found?.contains("2") == true)
  }

  @Test func `a disk that cannot be hotplugged waits for the next boot`() throws {
    let sata = "{id: slow, disk: {file: /s.img, format: raw, bus: sata, target: sda}}"
    let controller =
      Self.both
      + "<controller type='sata' index='0'><address type='pci' bus='0x00' slot='0x1f' function='0x2'/></controller>"
    let document = try Self.wanted([Self.root, Self.want("data", "vdb"), sata])
    let plan = Planner.plan(try Self.input(document, live: controller, persistent: controller))
    #expect(Self.devices(plan).map(\.side) == [.persistent])
    #expect(plan.nextBoot.compactMap(\.device) == ["slow"])
    #expect(plan.refused.isEmpty)
  }

  @Test func `a target that an unmanaged device has is refused`() throws {
    let document = try Self.wanted([Self.root, Self.want("mine", "vdb")])
    let plan = Planner.plan(try Self.input(document, ids: ["root"]))
    #expect(plan.steps.isEmpty)
    #expect(plan.refused.map(\.code) == ["target-taken"])
  }

  @Test func `a file or a network that is not there is refused before anything is done`() throws {
    let document = try Self.wanted(
      [Self.root, Self.want("data", "vdb"), Self.want("new", "vdc"), "{id: lan, interface: {network: nope}}"])
    let plan = Planner.plan(
      try Self.input(document) {
        $0.host.files = ["/new.img": FileFact(kind: .missing)]
        $0.host.networks = ["default": true]
      })
    #expect(plan.steps.isEmpty)
    #expect(Set(plan.refused.map(\.code)) == ["file-missing", "network-missing"])
  }

  // MARK: Guard rails

  @Test func `R2: an empty list does not unplug a machine`() throws {
    let plan = Planner.plan(try Self.input(try Self.wanted([])))
    #expect(plan.steps.isEmpty)
    #expect(plan.refused.contains { $0.code == "removal-not-meant" })
    #expect(plan.refused.contains { $0.code == "protected" })
  }

  @Test func `R2: a removal that is named is meant`() throws {
    let document = try Self.wanted([Self.root], more: "  removals: [data]\n")
    #expect(Self.devices(Planner.plan(try Self.input(document))).map(\.action) == [.detach, .detach])
  }

  @Test func `R5: a renamed id is refused with the way out, and was: keeps the device`() throws {
    let renamed = try Self.wanted([Self.root, Self.want("volume", "vdb")])
    let refused = Planner.plan(try Self.input(renamed))
    #expect(refused.steps.isEmpty)
    #expect(refused.refused.contains { $0.code == "renamed-id" && $0.wouldTake?.contains("was: data") == true })
    let named = try Self.wanted([
      Self.root, "{id: volume, was: data, disk: {file: /data.img, format: raw, bus: virtio, target: vdb}}",
    ])
    #expect(Self.devices(Planner.plan(try Self.input(named))).isEmpty)
  }

  @Test func `R12: a device never moves`() throws {
    let document = try Self.wanted([
      Self.root, Self.want("data", "vdb", more: ", address: {type: pci, bus: 4, slot: 0, function: 0}"),
    ])
    let plan = Planner.plan(try Self.input(document))
    #expect(Self.devices(plan).isEmpty)
    #expect(plan.refused.contains { $0.reason.contains("never moves") })
  }

  @Test func `R7: a source that moved while the document did not is drift and no step`() throws {
    let moved = Self.both.replacing("/data.img", with: "/data.overlay")
    let document = try Self.wanted([Self.root, Self.want("data", "vdb")])
    let plan = Planner.plan(try Self.input(document, live: moved, persistent: moved))
    #expect(Self.devices(plan).isEmpty)
    #expect(plan.refused.isEmpty)
    #expect(plan.drift.contains { $0.path == "source/@file" })
  }

  @Test func `I7: what nobody names is listed and left alone`() throws {
    let rng = Self.both + "<rng model='virtio'><alias name='rng0'/></rng>"
    let document = try Self.wanted([Self.root, Self.want("data", "vdb")])
    let plan = Planner.plan(try Self.input(document, live: rng))
    #expect(plan.isEmpty)
    #expect(plan.unmanaged.contains { $0.kind == "rng" && $0.sides == [.live] })
  }

  @Test func `a domain that is to be stopped gets no live step`() throws {
    let document = try Self.wanted(
      [Self.root, Self.want("data", "vdb"), Self.want("new", "vdc")], more: "  power: stopped\n")
    let steps = Self.devices(Planner.plan(try Self.input(document)))
    #expect(steps.map(\.action) == [.attach, .shutdown])
    #expect(steps.first?.side == .persistent)
  }

  @Test func `I11: a domain that is gone is not made again`() throws {
    let document = try Self.wanted([Self.root], more: "  creation: {memory: 1 GiB}\n")
    let plan = Planner.plan(
      try Self.input(document, live: nil, persistent: nil) { $0.absence = .gone(reason: "undefined") })
    #expect(plan.steps.isEmpty)
    #expect(plan.refused.map(\.code) == ["gone"])
  }
}
