import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// DIMMs and virtio-mem: slots, and bases that only the running domain knows (T9).
@Suite struct MemoryDeviceTests {
  private static func dimm(_ id: String, _ more: String = "") -> String {
    "{id: \(id), memory: {model: dimm, size: 128 MiB}\(more)}"
  }

  /// The running guest sees the first at 4 GiB and each further one behind it.
  private func placed(_ world: inout World) throws {
    var base: UInt64 = 0x1_0000_0000
    for device in world.live?.devices ?? [] {
      guard let live = world.live, case .dimm(let slot, .none) = device.slot, let alias = device.alias,
        let address = live.device(alias: alias)?.element.child("address")
      else { continue }
      var edit = Edit(live.document)
      edit.replace(
        address, with: XMLText("<address type='dimm' slot='\(slot)' base='0x\(String(base, radix: 16))'/>"))
      world.live = try DomainDefinition(edit.apply())
      base += 0x800_0000
    }
  }

  private func world(slots: Int = 4, _ devices: [String] = Intents.base) throws -> World {
    try World.created(
      try Intents.document(
        devices, Intents.creation("q35", "hotplugMemory: {limit: 4 GiB, slots: \(slots)}")))
  }

  @Test func `each gets a slot of its own; the definition follows with the base that the guest sees`() throws {
    var world = try world()
    let document = try Intents.document(Intents.base + [Self.dimm("a"), Self.dimm("b")])
    let first = world.plan(document)
    #expect(first.summaries == ["attach a live", "attach a persistent", "attach b live", "attach b persistent"])
    #expect(first.steps.compactMap(\.slot).map(\.description) == ["dimm 0", "dimm 0", "dimm 1", "dimm 1"])
    let later = first.steps.filter { $0.action == .attach && $0.side == .persistent }.map(\.followsLive)
    #expect(later == [true, true])
    try world.apply(first)
    #expect(world.device("a", .persistent) == nil)
    try placed(&world)
    let second = world.plan(document)
    #expect(second.summaries == ["attach a persistent", "attach b persistent"])
    #expect(second.steps.last?.slot == .dimm(slot: 1, base: 0x1_0800_0000))
    try world.apply(second)
    #expect(world.plan(document).summaries.isEmpty)
  }

  @Test func `T9: what was defined without a base gets the one that the guest sees, in the same order`() throws {
    var world = try world(Intents.base + [Self.dimm("a"), Self.dimm("b")])
    #expect(world.slot("a") == .dimm(slot: 0, base: nil))
    try placed(&world)
    let document = try Intents.document(Intents.base + [Self.dimm("a"), Self.dimm("b")])
    let plan = world.plan(document)
    #expect(
      plan.summaries == ["detach a persistent", "attach a persistent", "detach b persistent", "attach b persistent"])
    try world.apply(plan)
    #expect(world.slot("b") == .dimm(slot: 1, base: 0x1_0800_0000))
    #expect(world.persistent?.devices.filter { $0.kind == .memory }.compactMap(\.alias) == ["ua-a", "ua-b"])
    #expect(world.plan(document).summaries.isEmpty)
  }

  @Test func `slots are counted before anything is done`() throws {
    let document = try Intents.document(Intents.base + [Self.dimm("a")])
    let none = try World.standard().plan(document)
    #expect(none.codes == ["slots-short"] && none.steps.isEmpty)
    #expect(none.refused.first?.wouldTake?.contains("hotplugMemory") ?? false)
    let world = try world(slots: 2)
    let plan = world.plan(try Intents.document(Intents.base + ["a", "b", "c"].map { Self.dimm($0) }))
    #expect(plan.codes == ["slots-short"])
    #expect(plan.capacity["dimm"].map { [$0.free, $0.needed] } == [2, 3])
  }

  @Test func `I2: a removed one gets its slot back, and its base where no other has it by now`() throws {
    var world = try world()
    let both = try Intents.document(Intents.base + [Self.dimm("a"), Self.dimm("b")])
    try world.apply(world.plan(both))
    try placed(&world)
    try world.converge(both)
    let one = try Intents.document(Intents.base + [Self.dimm("b")])
    try world.converge(one)
    #expect(world.slot("b") == .dimm(slot: 1, base: 0x1_0800_0000))
    #expect(world.plan(both).step("attach a live")?.slot == .dimm(slot: 0, base: 0x1_0000_0000))
    let third = try Intents.document(Intents.base + [Self.dimm("b"), Self.dimm("c")])
    #expect(world.plan(third).step("attach c live")?.slot == .dimm(slot: 2, base: nil))
  }

  @Test func `virtio-mem takes a PCI place and changes its size in place, in its own unit`() throws {
    var world = try world()
    func document(_ requested: String) throws -> IntentDocument {
      try Intents.document(
        Intents.base
          + ["{id: vm, memory: {model: virtio-mem, size: 256 MiB, block: 2 MiB, requested: \(requested)}}"])
    }
    try world.converge(try document("128 MiB"))
    guard case .pci = world.slot("vm") else {
      Issue.record("no PCI place: \(String(describing: world.slot("vm")))")
      return
    }
    let plan = world.plan(try document("64 MiB"))
    #expect(plan.summaries == ["update vm live", "update vm persistent"])
    #expect(plan.steps.last?.xml?.shown.contains(">65536</requested>") ?? false)
    try world.converge(try document("64 MiB"))
    #expect(try world.plan(Intents.document(Intents.base)).nextBoot.map(\.device) == ["vm"], "QEMU never lets go of it")
  }
}
