import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// Devices that are there and differ from what is stated.
@Suite struct ChangeTests {
  private func document(_ change: (from: String, to: String), _ more: String = "") throws -> IntentDocument {
    try Intents.document(Intents.base.map { $0.replacing(change.from, with: change.to) }, more)
  }

  static let link = (from: "interface: {network: default}", to: "interface: {network: default, link: down}")
  static let cache = (from: "target: vdb}", to: "target: vdb, cache: none}")
  static let source = (from: "/srv/data.raw", to: "/srv/other.raw")

  // MARK: In place

  @Test func `a link goes down on both sides by updates, with nothing else lost`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing(
          "<source network='default'/>",
          with: "<source network='default'/><bandwidth><inbound average='9'/></bandwidth>")
      }
    }
    let document = try document(Self.link)
    let plan = world.plan(document)
    #expect(plan.summaries == ["update lan live", "update lan persistent"])
    for side in Side.allCases {
      let old = try #require(world.device("lan", side))
      let step = try #require(plan.step("update lan \(side.rawValue)"))
      #expect(step.effect == .live)
      #expect(step.changes.map(\.path) == ["link/@state"])
      #expect(step.changes.first?.wanted == "down" && step.changes.first?.found == nil)
      let new = try DomainDocument(try #require(step.xml)).root
      // The full element of its own side: what an update leaves out, libvirt resets.
      #expect(Differ.differences(wanted: old.element, device: new, kind: old.kind).isEmpty)
      #expect(new.value(at: "bandwidth/inbound/@average") == "9")
      #expect(new.value(at: "link/@state") == "down")
    }
    try world.converge(document)
    #expect(world.plan(document).isEmpty)
  }

  @Test func `the running domain's resolved interface type is no difference, and is not sent back`() throws {
    var world = try World.standard()
    try world.edit(.live) {
      $0.replacing("<interface type='network'>", with: "<interface type='bridge'>")
        .replacing("<source network='default'/>", with: "<source network='default' portid='x' bridge='virbr0'/>")
    }
    #expect(world.plan(try Intents.document(Intents.base)).isEmpty)
    let step = try #require(world.plan(try document(Self.link)).step("update lan live"))
    #expect(try DomainDocument(try #require(step.xml)).root["type"] == "network")
  }

  @Test func `what only a boot can change is written to the definition and pending for the guest`() throws {
    var world = try World.standard()
    let document = try document(Self.cache)
    let plan = world.plan(document)
    #expect(plan.summaries == ["update data persistent"])
    #expect(plan.steps.last?.effect == .nextBoot)
    #expect(plan.nextBoot.map(\.path) == ["driver/@cache"])
    #expect(plan.nextBoot.first?.now == nil)
    #expect(plan.nextBoot.first?.atNextBoot == "none")
    try world.converge(document)
    // Still pending, and no drift: nobody changed the running domain.
    let after = world.plan(document)
    #expect(after.isEmpty)
    #expect(after.nextBoot.map(\.path) == ["driver/@cache"])
    #expect(after.drift.isEmpty)
    world.live = try world.persistent.map { try LibvirtText.running($0) }
    #expect(world.plan(document).nextBoot.isEmpty)
  }

  @Test func `a stopped domain's definition is changed at once`() throws {
    var world = try World.standard()
    world.live = nil
    let plan = world.plan(try document(Self.cache))
    #expect(plan.summaries == ["update data persistent"])
    #expect(plan.steps.last?.effect == .live)
    #expect(plan.nextBoot.isEmpty)
  }

  @Test func `spelling is no difference`() throws {
    var world = try World.standard(
      "q35", Intents.base + [Intents.xml("x", "<shmem name='x'><size unit='MiB'>4</size></shmem>")])
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing("<size unit='MiB'>4</size>", with: "<size unit='KiB'>4096</size>").replacing(
          "/srv/data.raw", with: "/srv//data.raw")
      }
    }
    let card =
      "{id: lan, interface: {network: default, mac: \(try #require(world.device("lan")?.element.value(at: "mac/@address")).uppercased())}}"
    let base = Intents.base.map { $0.hasPrefix("{id: lan") ? card : $0 }
    let plan = world.plan(
      try Intents.document(base + [Intents.xml("x", "<shmem name='x'><size unit='MiB'>4</size></shmem>")]))
    #expect(plan.summaries.isEmpty, "\(plan.summaries)")
    #expect(plan.refused.isEmpty && plan.drift.isEmpty)
  }

  // MARK: Only by replacing

  @Test func `a change that only a replacement brings is refused where the document does not allow it`() throws {
    let plan = try World.standard().plan(try document(Self.source))
    #expect(plan.codes == ["needs-replace", "needs-replace"] || plan.codes == ["needs-replace"])
    #expect(plan.summaries.isEmpty)
    #expect(plan.refused.first?.wouldTake == "`replace: allowed`")
  }

  @Test func `replaced: the guest lets go, gets it back at its slot, and the definition is updated in one call`() throws
  {
    var world = try World.standard()
    let slot = world.slot("data")
    let allowed = try Intents.document(
      Intents.base.dropLast() + [Intents.disk("data", "vdb", file: "/srv/other.raw", "replace: allowed")])
    let plan = world.plan(allowed)
    #expect(plan.summaries == ["detach data live", "attach data live", "update data persistent"])
    #expect(plan.steps.allSatisfy { $0.slot == slot || $0.action == .setMetadata })
    #expect(plan.step("detach data live")?.effect == .guest)
    #expect(plan.step("attach data live")?.waitsFor?.text == "data")
    #expect(plan.step("update data persistent")?.waitsFor?.text == "data")
    #expect(plan.step("attach data live")?.xml?.shown.contains("<serial>data</serial>") == true)
    // The definition follows when the guest has let go: the fake guest has it back at once, so that is the next pass.
    for step in plan.steps where step.summary != "update data persistent" { try world.apply(step) }
    try world.converge(allowed)
    #expect(world.slot("data") == slot && world.slot("data", .live) == slot)
    #expect(world.device("data")?.element.value(at: "source/@file") == "/srv/other.raw")
    #expect(world.plan(allowed).isEmpty)
  }

  @Test func `a kind without an update is replaced in the definition last, back to back (T16)`() throws {
    var world = try World.standard()
    let slow = Intents.xml(
      "entropy", "<rng model='virtio'><rate bytes='64'/><backend model='random'>/dev/urandom</backend></rng>",
      "replace: allowed")
    world.live = nil
    let document = try Intents.document([
      Intents.root, Intents.card("lan"), slow, Intents.disk("data", "vdb"), Intents.rng("new"),
    ])
    let plan = world.plan(document)
    #expect(plan.summaries == ["attach new persistent", "detach entropy persistent", "attach entropy persistent"])
    try world.converge(document)
    #expect(world.plan(document).isEmpty)
  }

  @Test func `a card with another MAC is another card: detached and attached, never updated (T24)`() throws {
    var world = try World.standard()
    world.live = nil
    let card = Intents.card("lan", "network: default, mac: 52:54:00:00:00:01", "replace: allowed")
    let document = try Intents.document([Intents.root, card, Intents.rng("entropy"), Intents.disk("data", "vdb")])
    #expect(world.plan(document).summaries == ["detach lan persistent", "attach lan persistent"])
    try world.converge(document)
  }

  static let neverReplaced: [(String, String)] = [
    ("a boot order", Intents.disk("root", "vda", file: "/srv/x.raw", "bootOrder: 1, replace: allowed")),
    ("another bus", Intents.disk("data", "vdb", bus: "scsi", "replace: allowed")),
    ("protection", Intents.disk("data", "vdb", file: "/srv/x.raw", "protected: true, replace: allowed")),
  ]

  @Test(arguments: neverReplaced.indices) func `is never replaced`(_ index: Int) throws {
    let (name, device) = ChangeTests.neverReplaced[index]
    let id = device.dropFirst(5).prefix { $0 != "," }
    let devices = Intents.base.map { $0.hasPrefix("{id: \(id),") ? device : $0 }
    let plan = try World.standard().plan(try Intents.document(devices))
    #expect(plan.summaries.isEmpty, "\(name): \(plan.summaries)")
    #expect(!plan.refused.isEmpty && plan.refused.allSatisfy { !$0.concernsWholePlan }, "\(name): \(plan.codes)")
  }

  @Test func `T5: a target never changes`() throws {
    let plan = try World.standard().plan(try document((from: "target: vdb", to: "target: vdz")))
    #expect(plan.codes.contains("needs-redefine"))
    #expect(plan.refused.first?.reason.contains("invisible to the guest") == true)
    #expect(plan.summaries.isEmpty)
  }

  @Test func `an id that becomes another kind of device is refused`() throws {
    let devices = [Intents.root, Intents.disk("lan", "vdx"), Intents.rng("entropy"), Intents.disk("data", "vdb")]
    let plan = try World.standard().plan(try Intents.document(devices))
    #expect(plan.codes == ["needs-redefine"])
    #expect(plan.summaries.isEmpty)
  }

  @Test func `a device of which one change is refused gets none of the others`() throws {
    let both = (
      from: "/srv/data.raw, format: raw, bus: virtio, target: vdb}",
      to: "/srv/x.raw, format: raw, bus: virtio, target: vdb, cache: none}"
    )
    let plan = try World.standard().plan(try document(both))
    #expect(plan.codes.allSatisfy { $0 == "needs-replace" } && !plan.codes.isEmpty)
    #expect(plan.summaries.isEmpty)
    #expect(plan.nextBoot.isEmpty, "the definition does not get it, so the next boot does not bring it")
  }

  @Test func `R12: a device that is there does not move to another address`() throws {
    let moved = Intents.disk("data", "vdb", "address: {type: pci, bus: 9, slot: 0}")
    let plan = try World.standard().plan(try Intents.document(Intents.base.dropLast() + [moved]))
    #expect(plan.codes == ["needs-redefine"])
    #expect(plan.summaries.isEmpty)
  }

  // MARK: Protection (R17, I7)

  @Test func `no step touches a protected device`() throws {
    let card = Intents.card("lan", "network: default, link: down", "protected: true")
    let plan = try World.standard().plan(
      try Intents.document([Intents.root, card, Intents.rng("entropy"), Intents.disk("data", "vdb")]))
    #expect(plan.codes == ["protected"])
    #expect(plan.summaries.isEmpty)
  }

  @Test func `the disk that the domain boots from may change its settings`() throws {
    let plan = try World.standard().plan(try document((from: "target: vda}", to: "target: vda, cache: none}")))
    #expect(plan.summaries == ["update root persistent"])
  }

  @Test func `protection that a document gave is not taken away by another (R17)`() throws {
    var world = try World.standard()
    let guarded = Intents.base.map { $0.replacing("{id: data", with: "{protected: true, id: data") }
    try world.converge(try Intents.document(guarded, "protected: true"))
    let plain = try Intents.document(Intents.base)
    try world.converge(plain)
    #expect(world.managed.isProtected)
    #expect(world.managed.binding(of: try #require(DeviceID("data")))?.isProtected == true)
    #expect(world.plan(try Intents.document(Array(Intents.base.dropLast()))).codes == ["protected"])
  }

  // MARK: Drift (R7, R8)

  @Test func `R7: a source that moved under an unchanged document is drift, and no step`() throws {
    var world = try World.standard()
    for side in Side.allCases { try world.edit(side) { $0.replacing("/srv/data.raw", with: "/srv/data.snap") } }
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.isEmpty)
    #expect(plan.drift.map(\.side) == [.persistent, .live])
    #expect(
      plan.drift.allSatisfy { $0.path == "source/@file" && $0.was == "/srv/data.raw" && $0.found == "/srv/data.snap" })
  }

  @Test func `R7: a file that is in the backing chain is where it should be`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing("type='raw'/>\n      <target dev='vdb'", with: "type='raw'/>\n      <target dev='vdb'")
          .replacing(
            "<source file='/srv/data.raw'/>",
            with:
              "<source file='/srv/snap2'/><backingStore type='file'><format type='qcow2'/><source file='/srv/snap1'/>"
              + "<backingStore type='file'><format type='raw'/><source file='/srv/data.raw'/></backingStore></backingStore>"
          )
      }
    }
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.isEmpty)
    #expect(plan.drift.isEmpty)
    #expect(plan.unchanged == 4)
  }

  @Test func `R8: a foreign change that can be put back in place is, and what needs a replacement is reported`() throws
  {
    var world = try World.standard("q35", Intents.base.map { $0.replacing(Self.link.from, with: Self.link.to) })
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing("<link state='down'/>", with: "<link state='up'/>").replacing(
          "<serial>data</serial>", with: "<serial>other</serial>"
        )
        .replacing("model type='virtio'", with: "model type='e1000'")
      }
    }
    let document = try document(Self.link)
    let plan = world.plan(document)
    #expect(plan.summaries == ["update lan live", "update lan persistent"])
    #expect(plan.drift.isEmpty, "the document states neither serial nor model")
    let stated = try Intents.document(
      [
        Intents.root, Intents.card("lan", "network: default, link: down, model: virtio"), Intents.rng("entropy"),
        Intents.disk("data", "vdb", form: "serial: data"),
      ])
    #expect(world.plan(stated).codes.allSatisfy { $0 == "needs-replace" }, "the document is new")
  }

  @Test func `R8: a boot order that was moved behind our back is reported`() throws {
    var world = try World.standard()
    for side in Side.allCases { try world.edit(side) { $0.replacing("<boot order='1'/>", with: "<boot order='7'/>") } }
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.isEmpty)
    #expect(Set(plan.drift.map(\.path)) == ["boot/@order"])
  }

  @Test(arguments: ["spec", "device"]) func `drift: report changes nothing that the document did not change`(
    _ place: String
  ) throws {
    let inDevice = place == "device" ? ", drift: report" : ""
    let inSpec = place == "spec" ? "drift: report" : ""
    func devices(_ link: String) -> [String] {
      [
        Intents.root, "{id: lan, interface: {network: default, link: \(link)}\(inDevice)}", Intents.rng("entropy"),
        "{id: data, disk: {file: /srv/data.raw, format: raw, bus: virtio, target: vdb}\(inDevice)}",
      ]
    }
    var world = try World.standard("q35", devices("up"))
    let document = try Intents.document(devices("up"), inSpec)
    try world.converge(document)
    try world.edit(.live) { $0.replacing("<link state='up'/>", with: "<link state='down'/>") }
    try world.remove("data", .live)
    let plan = world.plan(document)
    #expect(plan.isEmpty, "\(plan.summaries)")
    #expect(Set(plan.drift.map(\.path)) == ["link/@state", "ua-data"])
    // A change of the document's own is no drift.
    try world.edit(.live) { $0.replacing("<link state='down'/>", with: "<link state='up'/>") }
    #expect(
      world.plan(try Intents.document(devices("down"), inSpec)).summaries == [
        "update lan live", "update lan persistent",
      ])
  }

  @Test func `I6: a change that failed half-way is not taken for a foreign one afterwards`() throws {
    var world = try World.standard()
    let document = try Intents.document(
      Intents.base.map { $0.replacing(Self.link.from, with: Self.link.to) }, "drift: report")
    // Only the metadata was written before the crash.
    for step in world.plan(document).steps where step.action == .setMetadata { try world.apply(step) }
    let again = world.plan(document)
    #expect(again.summaries == ["update lan live", "update lan persistent"])
    #expect(again.drift.isEmpty)
  }

  @Test func `I6: an attach that failed half-way is not taken for a foreign detach afterwards`() throws {
    var world = try World.standard()
    let document = try Intents.document(Intents.base + [Intents.disk("new", "vdc")], "drift: report")
    for step in world.plan(document).steps.prefix(3) { try world.apply(step) }
    #expect(world.plan(document).summaries == ["attach new persistent"])
  }

  // MARK: Slots that differ (R20)

  @Test func `the running guest's slot counts, and a disk's definition is moved there in one update (T24)`() throws {
    var world = try World.standard()
    let slot = try #require(world.slot("data", .live))
    let free = try #require(Foreign.lastFree(world))
    try world.move("data", .persistent, to: free)
    let document = try Intents.document(Intents.base.map { $0.replacing(Self.cache.from, with: Self.cache.to) })
    let plan = world.plan(document)
    // One update for the move and the changed cache: two would undo each other.
    #expect(plan.summaries == ["update data persistent"])
    try world.converge(document)
    #expect(world.slot("data") == slot)
    #expect(world.device("data")?.element.value(at: "driver/@cache") == "none")
  }

  @Test func `a card cannot be moved: that is said, and nothing is done (T24)`() throws {
    var world = try World.standard()
    try world.move("lan", .persistent, to: try #require(Foreign.lastFree(world)))
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.isEmpty)
    #expect(plan.drift.map(\.path) == ["address"])
  }

  // MARK: Boot orders (T4)

  @Test func `a boot order that one gives up and another gets: the giver goes first`() throws {
    let devices = [
      Intents.root, Intents.disk("data", "vdb", "bootOrder: 2"), Intents.card("lan"), Intents.rng("entropy"),
    ]
    var world = try World.standard("q35", devices)
    let document = try Intents.document([
      Intents.disk("data", "vdb", "bootOrder: 1"), Intents.disk("root", "vda", "bootOrder: 3"), Intents.card("lan"),
      Intents.rng("entropy"),
    ])
    let plan = world.plan(document)
    #expect(plan.summaries == ["update root persistent", "update data persistent"])
    #expect(Set(plan.nextBoot.map(\.path)) == ["boot/@order"])
    try world.converge(document)
    #expect(world.device("data")?.bootOrder == 1)
    #expect(world.plan(document).drift.isEmpty)
  }

  /// R6, T4: libvirt refuses an order that is in use, so one device waits at a number that nobody has.
  @Test(arguments: [[2, 1], [2, 3, 1], [2, 1, 4, 3]])
  func `R6: boot orders that go round in a circle are exchanged through a free number`(_ orders: [Int]) throws {
    func devices(_ orders: [Int]) -> [String] {
      orders.enumerated().map { place, order in
        Intents.disk("d\(place)", "vd\(["a", "b", "c", "d"][place])", "bootOrder: \(order)")
      } + [Intents.card("lan"), Intents.rng("entropy")]
    }
    var world = try World.standard("q35", devices(Array(1...orders.count)))
    let document = try Intents.document(devices(orders))
    let plan = world.plan(document)
    #expect(plan.refused.isEmpty, "\(plan.refused)")
    // Each once, and one more for each circle.
    #expect(plan.summaries.count == orders.count + (orders.count == 4 ? 2 : 1))
    try world.converge(document)
    for (place, order) in orders.enumerated() { #expect(world.device("d\(place)")?.bootOrder == UInt64(order)) }
  }
}

extension World {
  mutating func move(_ id: String, _ side: Side, to address: PCIAddress) throws {
    guard let definition = self[side], let device = definition.device(alias: "ua-" + id) else { return }
    var draft = ElementDraft(device.element)
    draft.replaceChild("address", attributes: Slot.pci(address).addressAttributes)
    var edit = Edit(definition.document)
    edit.replace(device.element, with: draft.xml)
    self[side] = try DomainDefinition(edit.apply())
  }
}
