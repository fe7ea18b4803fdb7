import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// R2, R3, R5 and the order of a removal (design section 7).
@Suite struct RemovalTests {
  static let withoutData = Array(Intents.base.dropLast())
  static let data = DeviceID("data")

  @Test func `the guest lets go first, and the definition waits for it`() throws {
    var world = try World.standard()
    let document = try Intents.document(Self.withoutData)
    let plan = world.plan(document)
    #expect(plan.summaries == ["detach data live", "detach data persistent"])
    #expect(plan.step("detach data live")?.effect == .guest)
    #expect(plan.step("detach data persistent")?.waitsFor?.text == "data")
    #expect(plan.step("detach data persistent")?.waitsForAlias == "ua-data")
    // The whole element of its own side, so that libvirt finds this device and no other.
    #expect(plan.step("detach data live")?.xml == world.device("data", .live)?.element.source)
    #expect(plan.step("detach data persistent")?.xml == world.device("data")?.element.source)
    try world.converge(document)
    #expect(world.device("data") == nil && world.device("data", .live) == nil)
    #expect(world.managed.bindings.map(\.id.text) == ["root", "lan", "entropy"])
  }

  @Test func `a stopped domain's definition is changed at once`() throws {
    var world = try World.standard()
    world.live = nil
    let plan = world.plan(try Intents.document(Self.withoutData))
    #expect(plan.summaries == ["detach data persistent"])
    #expect(plan.steps.last?.waitsFor == nil)
  }

  @Test func `the slot is a tombstone from the first step, so that it survives a crash without a ledger`() throws {
    var world = try World.standard()
    world.keepsLedger = false
    let slot = try #require(world.slot("data"))
    let document = try Intents.document(Self.withoutData)
    for step in world.plan(document).steps where step.action == .setMetadata { try world.apply(step) }
    let data = try #require(Self.data)
    #expect(world.managed.tombstones == [ManagedState.Tombstone(id: data, slot: slot)])
    #expect(world.managed.binding(of: data)?.isLeaving == true)
    // The same removal goes on.
    #expect(world.plan(document).summaries == ["detach data live", "detach data persistent"])
    try world.converge(document)
    #expect(world.managed.tombstones.map(\.slot) == [slot])
  }

  // MARK: Unplugs that wait

  private func pending(overdue: Bool = false, otherwise: WantedDevice.Otherwise = .keep) throws
    -> PlanningInput.PendingUnplug
  {
    PlanningInput.PendingUnplug(
      id: try #require(Self.data), slot: nil, since: 7, isOverdue: overdue, otherwise: otherwise)
  }

  @Test func `while the guest holds it nothing is asked again and the definition stays`() throws {
    let world = try World.standard()
    let unplug = try pending()
    let plan = world.plan(try Intents.document(Self.withoutData)) { $0.pendingUnplugs = [unplug] }
    #expect(plan.summaries.isEmpty)
    #expect(plan.waiting.compactMap(\.device) == ["data"])
    #expect(plan.waiting.first?.wantedAgain == false)
  }

  @Test func `when the guest has let go the definition follows`() throws {
    var world = try World.standard()
    try world.remove("data", .live)
    let unplug = try pending()
    let plan = world.plan(try Intents.document(Self.withoutData)) { $0.pendingUnplugs = [unplug] }
    #expect(plan.summaries == ["detach data persistent"])
    #expect(plan.steps.last?.waitsFor == nil)
  }

  @Test func `at the deadline, otherwise: nextBoot takes it out of the definition`() throws {
    let world = try World.standard()
    let document = try Intents.document(Self.withoutData)
    for (otherwise, steps) in [(WantedDevice.Otherwise.keep, [String]()), (.nextBoot, ["detach data persistent"])] {
      let unplug = try pending(overdue: true, otherwise: otherwise)
      #expect(world.plan(document) { $0.pendingUnplugs = [unplug] }.summaries == steps)
    }
  }

  @Test func `wanted again while the guest still holds it: nothing to do but to say so`() throws {
    let world = try World.standard()
    let unplug = try pending()
    let plan = world.plan(try Intents.document(Intents.base)) { $0.pendingUnplugs = [unplug] }
    #expect(plan.isEmpty)
    #expect(plan.waiting.map(\.wantedAgain) == [true])
    let changed = Intents.base.map {
      $0.replacing("/srv/data.raw", with: "/srv/x.raw").replacing("{id: data", with: "{replace: allowed, id: data")
    }
    let different = world.plan(try Intents.document(changed)) { $0.pendingUnplugs = [unplug] }
    #expect(!different.summaries.contains { $0.hasSuffix("live") })
  }

  // MARK: Guard rails (R2)

  @Test func `R2: no opinion on devices removes nothing`() throws {
    let plan = try World.standard().plan(try Intents.document(nil))
    #expect(plan.isEmpty)
    #expect(plan.notes.contains("4 devices not stated"))
    #expect(plan.unmanaged.allSatisfy { !["disk", "interface", "rng"].contains($0.kind) })
  }

  @Test func `R2: an empty list is refused, and each id says why`() throws {
    let plan = try World.standard().plan(try Intents.document([]))
    #expect(plan.steps.isEmpty)
    #expect(plan.refused.filter { !$0.concernsWholePlan }.isEmpty)
    #expect(Set(plan.codes) == ["protected", "removal-not-meant"])
    #expect(plan.refused.count == 4)
  }

  @Test func `R2: dropping the root disk is refused, also where it is named: it is protected`() throws {
    let world = try World.standard()
    let devices = Array(Intents.base.dropFirst())
    #expect(world.plan(try Intents.document(devices)).codes == ["protected"])
    #expect(world.plan(try Intents.document(devices, "removals: [root]")).codes == ["protected"])
  }

  @Test func `R2, R17: an unprotected root disk goes when it is named`() throws {
    var world = try World.standard()
    var state = world.managed
    state.unprotected = [try #require(DeviceID("root"))]
    for side in Side.allCases { world[side] = try world[side].map { try LibvirtText.setMetadata(state.xml, in: $0) } }
    let devices = Array(Intents.base.dropFirst())
    let refused = world.plan(try Intents.document(devices))
    #expect(refused.codes == ["removal-not-meant"])
    #expect(refused.refused.first?.reason.contains("boot order") == true)
    let named = try Intents.document(devices, "removals: [root]")
    #expect(world.plan(named).summaries == ["detach root live", "detach root persistent"])
    try world.converge(named)
    #expect(world.plan(named).isEmpty)
  }

  @Test func `R2: a second disk with a boot order is not protected, but has to be named`() throws {
    let devices = Intents.base + [Intents.disk("second", "vdc", "bootOrder: 2")]
    let world = try World.standard("q35", devices)
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.codes == ["removal-not-meant"])
    let id = try #require(DeviceID("second"))
    #expect(world.plan(try Intents.document(Intents.base)) { $0.options.removals = [id] }.codes.isEmpty)
  }

  @Test func `R2: half of the devices may go, more than half may not`() throws {
    let world = try World.standard()
    #expect(world.plan(try Intents.document([Intents.root, Intents.disk("data", "vdb")])).codes.isEmpty)
    let most = world.plan(try Intents.document([Intents.root]))
    #expect(most.codes == ["removal-not-meant", "removal-not-meant", "removal-not-meant"])
    #expect(most.refused.first?.reason.contains("one of 3 of 4") == true)
    // Naming some of them does not allow the others.
    #expect(world.plan(try Intents.document([Intents.root], "removals: [lan, data]")).codes == ["removal-not-meant"])
    #expect(world.plan(try Intents.document([Intents.root], "removals: [lan, data, entropy]")).codes.isEmpty)
  }

  @Test func `R2: one of two devices is no more than half`() throws {
    let world = try World.standard("q35", [Intents.root, Intents.rng("r")])
    #expect(world.plan(try Intents.document([Intents.root])).codes.isEmpty)
  }

  @Test func `R2: the last disk is not taken away by leaving it out`() throws {
    let devices = [
      Intents.card("lan", "network: default", "bootOrder: 1"), Intents.rng("r"), Intents.rng("s"),
      Intents.disk("only", "vda"),
    ]
    let world = try World.standard("q35", devices)
    let plan = world.plan(try Intents.document(Array(devices.dropLast())))
    #expect(plan.codes == ["removal-not-meant"])
    #expect(plan.refused.first?.reason.contains("all the domain's disks") == true)
  }

  @Test func `R2: a removal that has begun is not asked about again`() throws {
    var world = try World.standard()
    let ids = Set(["lan", "data", "entropy"].compactMap { DeviceID($0) })
    let document = try Intents.document([Intents.root])
    let allowed = world.plan(document) { $0.options.removals = ids }
    for step in allowed.steps where step.action == .setMetadata { try world.apply(step) }
    // Without the option: the metadata says that it was meant.
    let again = world.plan(document)
    #expect(again.codes.isEmpty)
    #expect(again.summaries == allowed.summaries)
    // An id that is wanted again is applied again.
    try world.converge(try Intents.document(Intents.base))
    #expect(world.managed.bindings.allSatisfy { !$0.isLeaving })
    #expect(world.plan(document).codes.count == 3)
  }

  // MARK: R3

  @Test func `R3: a borrowed device is let go of, not detached`() throws {
    var world = try World.standard()
    let with = try Intents.document(Intents.base + ["{id: tty, reference: {serial: 0}}"])
    try world.converge(with)
    #expect(world.managed.bindings.last?.isReference == true)
    #expect(world.managed.bindings.last?.key == "serial port=0")
    let plans = try world.converge(try Intents.document(Intents.base))
    #expect(plans.first?.summaries == [])
    #expect(world.managed.bindings.count == 4)
  }

  @Test func `R3: what the metadata does not bind is never removed, whatever libvirt has`() throws {
    var world = try World.standard()
    try world.add(
      "<rng model='virtio'><backend model='random'>/dev/random</backend><alias name='ua-stray'/></rng>", .live)
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.isEmpty)
    #expect(plan.unmanaged.contains { $0.alias == "ua-stray" && $0.sides == [.live] })
  }

  @Test func `a device that a foreign hand took away is attached again at its slot`() throws {
    var world = try World.standard()
    let slot = world.slot("data")
    for side in Side.allCases { try world.remove("data", side) }
    let document = try Intents.document(Intents.base)
    #expect(world.plan(document).summaries == ["attach data live", "attach data persistent"])
    try world.converge(document)
    #expect(world.slot("data") == slot)
  }

  @Test func `an id whose device is gone already leaves a tombstone and no step`() throws {
    var world = try World.standard()
    for side in Side.allCases { try world.remove("data", side) }
    let plans = try world.converge(try Intents.document(Self.withoutData))
    #expect(plans.first?.summaries == [])
    #expect(world.managed.tombstones.map(\.id.text) == ["data"])
  }

  // MARK: R5

  @Test func `R5: an id that only got another name is refused, naming both`() throws {
    let world = try World.standard()
    let renamed = [
      Intents.disk("storage", "vdb"), Intents.disk("storage", "vdz", file: "/srv/data.raw"),
      Intents.disk("storage", "vdz", form: "serial: data"),
    ]
    for device in renamed {
      let plan = world.plan(try Intents.document(Self.withoutData + [device]))
      #expect(plan.codes == ["renamed-id"], "\(device)")
      #expect(plan.refused.first?.wouldTake?.contains("was: data") == true)
    }
    // Equal elements where a kind has no key.
    let entropy = Intents.base.map { $0.replacing("id: entropy", with: "id: chance") }
    #expect(world.plan(try Intents.document(entropy)).codes == ["renamed-id"])
    let other = Intents.base.map {
      $0.replacing("id: entropy", with: "id: chance").replacing("/dev/urandom", with: "/dev/random")
    }
    #expect(world.plan(try Intents.document(other)).codes.isEmpty)
  }

  @Test func `R5: with was: only the name moves; alias, slot, MAC and serial stay, for life`() throws {
    var world = try World.standard()
    let mac = world.device("lan")?.element.value(at: "mac/@address")
    let slot = try #require(world.slot("lan"))
    let renamed = Intents.base.map { $0.replacing("{id: lan", with: "{id: uplink, was: lan") }
    let plans = try world.converge(try Intents.document(renamed))
    #expect(plans.first?.summaries == [])
    #expect(world.managed.bindings.map(\.id.text) == ["root", "uplink", "entropy", "data"])
    #expect(world.managed.binding(of: try #require(DeviceID("uplink")))?.alias == "ua-lan")
    // `was` may stay or go.
    let plain = try Intents.document(renamed.map { $0.replacing(", was: lan", with: "") })
    try world.converge(plain)
    #expect(world.plan(plain).isEmpty)
    // Taken away by a foreign hand it comes back as the same card.
    for side in Side.allCases { try world.remove("lan", side) }
    try world.converge(plain)
    #expect(world.slot("lan") == slot)
    #expect(world.device("lan")?.element.value(at: "mac/@address") == mac)
    // Removed and named again, also without a ledger.
    world.keepsLedger = false
    try world.converge(try Intents.document(Intents.base.filter { !$0.hasPrefix("{id: lan") }))
    #expect(world.managed.tombstones.map(\.id.text) == ["uplink"])
  }

  @Test func `R5: was: of an id that left before brings its slot back`() throws {
    var world = try World.standard()
    world.keepsLedger = false
    let slot = world.slot("data")
    try world.converge(try Intents.document(Self.withoutData))
    try world.converge(try Intents.document(Self.withoutData + [Intents.disk("storage", "vdb", "was: data")]))
    #expect(world.slot("storage") == slot)
    #expect(world.managed.tombstones.map(\.id.text) == ["storage"])
  }

  // MARK: What cannot be detached live

  @Test func `a sata disk goes from the definition, and from the guest at the next boot`() throws {
    let devices = Intents.base + [Intents.disk("slow", "sda", bus: "sata")]
    var world = try World.standard("q35", devices)
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.summaries == ["detach slow persistent"])
    #expect(plan.steps.last?.waitsFor == nil)
    #expect(plan.nextBoot.compactMap(\.device) == ["slow"])
    #expect(plan.nextBoot.first?.atNextBoot == nil)
    try world.converge(try Intents.document(Intents.base))
    #expect(world.plan(try Intents.document(Intents.base)).nextBoot.compactMap(\.device) == ["slow"])
  }

  @Test func `what cannot be detached at all is refused, and stays on both sides`() throws {
    let balloon = "<memballoon model='virtio'><alias name='ua-b'/></memballoon>"
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) { $0.replacing("<memballoon model='virtio'>", with: String(balloon.dropLast(13))) }
    }
    var state = world.managed
    state.bindings.append(ManagedState.Binding(id: try #require(DeviceID("b"))))
    for side in Side.allCases { world[side] = try world[side].map { try LibvirtText.setMetadata(state.xml, in: $0) } }
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.codes == ["cannot-detach"])
    #expect(plan.summaries.isEmpty)
  }

  // MARK: One side only

  @Test func `wanted on one side only, it leaves the other`() throws {
    var world = try World.standard()
    let live = Intents.base.map { $0.replacing("{id: data", with: "{sides: live, id: data") }
    #expect(world.plan(try Intents.document(live)).summaries == ["detach data persistent"])
    let persistent = Intents.base.map { $0.replacing("{id: data", with: "{sides: persistent, id: data") }
    let document = try Intents.document(persistent)
    #expect(world.plan(document).summaries == ["detach data live"])
    try world.converge(document)
    #expect(world.plan(document).isEmpty)
  }

  @Test func `a boot disk is not taken from one side, nor a borrowed device`() throws {
    var world = try World.standard()
    let root = Intents.base.map { $0.replacing("{id: root", with: "{sides: live, id: root") }
    #expect(world.plan(try Intents.document(root)).codes == ["protected"])
    let borrowed = try Intents.document(Intents.base + ["{id: tty, sides: live, reference: {serial: 0}}"])
    try world.converge(borrowed)
    #expect(world.plan(borrowed).isEmpty)
    #expect(world.persistent?.devices.contains { $0.kind.name == "serial" } == true)
  }

  // MARK: Making room

  @Test func `a device that needs the place of a leaving one waits for it`() throws {
    var world = try World.standard("q35", Intents.base, rootPorts: 0)
    let slot = world.slot("data")
    let document = try Intents.document(Self.withoutData + [Intents.rng("new")])
    let plan = world.plan(document)
    #expect(
      plan.summaries == ["detach data live", "detach data persistent", "attach new live", "attach new persistent"])
    for side in ["live", "persistent"] {
      let step = plan.step("attach new \(side)")
      #expect(step?.slot == slot)
      #expect(step?.waitsFor?.text == "data")
      #expect(step?.waitsForAlias == "ua-data")
    }
    try world.converge(document)
    #expect(world.slot("new") == slot)
  }
}
