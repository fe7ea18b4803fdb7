import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// Capacity is counted before anything starts, and controllers are steps of their own (design section 7, T14).
@Suite struct CapacityTests {
  @Test func `what there is and what is needed is said when all is well`() throws {
    let world = try World.standard("q35", Intents.base, rootPorts: 3)
    let plan = world.plan(
      try Intents.document(Intents.base + [Intents.rng("a"), Intents.disk("b", "sda", bus: "scsi"), Intents.rng("c")]))
    #expect(plan.refused.isEmpty)
    #expect(plan.capacity["pci"] == Capacity(free: 3, needed: 2))
    #expect(plan.capacity["scsi"] == Capacity(free: 255, needed: 1))
    #expect(world.plan(try Intents.document(Intents.base)).capacity.isEmpty)
  }

  @Test func `a plan that does not fit is refused as a whole, with the numbers and the names`() throws {
    let world = try World.standard("q35", Intents.base, rootPorts: 2)
    let plan = world.plan(try Intents.document(Intents.base + (0..<5).map { Intents.rng("r\($0)") }))
    #expect(plan.codes == ["slots-short"])
    #expect(plan.steps.isEmpty)
    #expect(plan.capacity["pci"] == Capacity(free: 2, needed: 5))
    let refusal = try #require(plan.refused.first)
    #expect(refusal.wanted == "5 pci slots")
    #expect(refusal.found == "2 free")
    #expect(refusal.reason.contains("r2, r3, r4"))
    #expect(refusal.wouldTake?.contains("rootPorts") == true)
  }

  @Test func `a pc's root has room that its ports do not count`() throws {
    let plan = try World.standard("pc").plan(
      try Intents.document(Intents.base + (0..<21).map { Intents.rng("r\($0)") }))
    #expect(plan.refused.isEmpty, "\(plan.refused)")
    let more = try World.standard("pc").plan(
      try Intents.document(Intents.base + (0..<22).map { Intents.rng("r\($0)") }))
    #expect(more.codes == ["slots-short"])
  }

  // MARK: Controllers

  private func world(without type: String, _ side: Side? = nil) throws -> World {
    var world = try World.standard("q35", Intents.base, rootPorts: 4)
    for each in Side.allCases where side == nil || side == each {
      guard let definition = world[each] else { continue }
      var edit = Edit(definition.document)
      for device in definition.devices where device.kind == .controller && device.element["type"] == type {
        edit.remove(device.element)
      }
      world[each] = try DomainDefinition(edit.apply())
    }
    return world
  }

  @Test func `T14: a missing scsi controller is a step before its disk, at one slot for both sides`() throws {
    var world = try world(without: "scsi")
    let document = try Intents.document(
      Intents.base + [Intents.disk("s", "sda", bus: "scsi"), Intents.disk("t", "sdb", bus: "scsi")])
    let plan = world.plan(document)
    #expect(
      plan.summaries == [
        "attach scsi 0 live", "attach scsi 0 persistent", "attach s live", "attach s persistent", "attach t live",
        "attach t persistent",
      ])
    #expect(plan.step("attach scsi 0 live")?.xml == plan.step("attach scsi 0 persistent")?.xml)
    #expect(plan.step("attach scsi 0 live")?.xml?.shown.contains("model='virtio-scsi'") == true)
    #expect(plan.capacity["pci"]?.needed == 1)
    try world.converge(document)
    #expect(world.slot("s") == world.slot("s", .live))
  }

  @Test(arguments: Side.allCases) func `a controller that one side has is the same one on the other`(_ side: Side)
    throws
  {
    var world = try world(without: "scsi", side)
    try world.edit(side == .live ? .persistent : .live) {
      $0.replacing("model='virtio-scsi'", with: "model='lsilogic'")
    }
    let plan = world.plan(try Intents.document(Intents.base + [Intents.disk("s", "sda", bus: "scsi")]))
    #expect(plan.summaries.first == "attach scsi 0 \(side.rawValue)")
    let xml = try #require(plan.step("attach scsi 0 \(side.rawValue)")?.xml)
    #expect(xml.shown.contains("lsilogic"))
    let other = try #require(world[side == .live ? .persistent : .live]?.devices.first { $0.element["type"] == "scsi" })
    #expect(plan.step("attach scsi 0 \(side.rawValue)")?.slot == other.slot)
  }

  @Test func `a controller that cannot be hotplugged comes at the next boot, with its devices`() throws {
    var world = try world(without: "virtio-serial")
    let document = try Intents.document(Intents.base + [Intents.channel("agent", "org.qemu.guest_agent.0")])
    let plan = world.plan(document)
    #expect(plan.summaries == ["attach virtio-serial 0 persistent", "attach agent persistent"])
    #expect(plan.steps.last?.effect == .nextBoot)
    #expect(plan.nextBoot.first?.reason.contains("virtio-serial") == true)
    #expect(plan.refused.isEmpty)
    try world.converge(document)
    // From libvirt 11.3 it can (libvirt.md section 1).
    world = try self.world(without: "virtio-serial")
    world.host.libvirt = Version(11, 3)
    #expect(
      world.plan(document).summaries == [
        "attach virtio-serial 0 live", "attach virtio-serial 0 persistent", "attach agent live",
        "attach agent persistent",
      ])
  }

  @Test func `a controller that an address names is added under its number`() throws {
    let world = try World.standard()
    let disk = Intents.disk("s", "sda", bus: "scsi", "address: {type: drive, controller: 1, unit: 4}")
    let plan = world.plan(try Intents.document(Intents.base + [disk]))
    #expect(plan.summaries.first == "attach scsi 1 live")
    #expect(
      plan.step("attach s live")?.slot
        == .drive(DriveAddress(interface: "scsi", controller: 1, bus: 0, target: 0, unit: 4)))
  }

  @Test func `a full controller gets a second beside it`() throws {
    var world = try World.standard("q35", Intents.base, rootPorts: 4)
    for side in Side.allCases { try world.edit(side) { $0.replacing("model='virtio-scsi'", with: "model='lsilogic'") } }
    let disks = (0..<8).map { Intents.disk("s\($0)", "sd\("abcdefgh".map(String.init)[$0])", bus: "scsi") }
    let document = try Intents.document(Intents.base + disks)
    let plan = world.plan(document)
    #expect(plan.refused.isEmpty, "\(plan.refused)")
    #expect(plan.summaries.prefix(2) == ["attach scsi 1 live", "attach scsi 1 persistent"])
    try world.converge(document)
    // lsilogic has one target with seven units.
    #expect(world.slot("s6") == .drive(DriveAddress(interface: "scsi", controller: 0, bus: 0, target: 0, unit: 6)))
    #expect(world.slot("s7") == .drive(DriveAddress(interface: "scsi", controller: 1, bus: 0, target: 0, unit: 0)))
  }

  @Test func `a controller that the document itself names is not added twice`() throws {
    var world = try world(without: "scsi")
    let document = try Intents.document(
      Intents.base + [
        Intents.disk("s", "sda", bus: "scsi"),
        Intents.xml("hba", "<controller type='scsi' index='0' model='virtio-scsi'/>"),
      ])
    #expect(
      world.plan(document).summaries == [
        "attach hba live", "attach hba persistent", "attach s live", "attach s persistent",
      ])
    try world.converge(document)
  }

  @Test func `ports with hotplug off and functions of used places are no room`() throws {
    var world = try World.standard("q35", Intents.base, rootPorts: 1)
    for side in Side.allCases {
      try world.edit(side) { $0.replacing("<target chassis='5'", with: "<target hotplug='off' chassis='5'") }
    }
    let plan = world.plan(try Intents.document(Intents.base + [Intents.rng("new"), Intents.rng("newer")]))
    #expect(plan.capacity["pci"]?.free ?? 9 <= 1)
    #expect(plan.codes == ["slots-short"])
  }

  static let oddPorts = ["0", "1", "99999999999999999999", "18446744073709551615", "x", "31", "512"]

  @Test(arguments: oddPorts) func `any number of ports in a document is taken as it comes`(_ ports: String) throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing("<controller type='usb' index='0'", with: "<controller ports='\(ports)' type='usb' index='0'")
          .replacing(
            "<controller type='virtio-serial' index='0'",
            with: "<controller ports='\(ports)' type='virtio-serial' index='0'")
      }
    }
    let plan = world.plan(
      try Intents.document(
        Intents.base + [Intents.channel("c", "x"), Intents.xml("t", "<input type='tablet' bus='usb'/>")]))
    #expect(plan.steps.isEmpty == (ports == "0" || ports == "1"), "\(plan.summaries) \(plan.codes)")
  }

  // MARK: --grow

  private static let three = ["x", "y", "z"].enumerated().map { Intents.disk($1, "vd\("cde".map { $0 }[$0])") }

  @Test func `a domain with one spare port: needs 3, has 1; with --grow the others come at the next boot`() throws {
    var world = try World.standard("q35", Intents.base, rootPorts: 1)
    let document = try Intents.document(Intents.base + Self.three)
    let refused = world.plan(document)
    #expect(refused.codes == ["slots-short"] && refused.steps.isEmpty)
    #expect(refused.capacity["pci"].map { [$0.free, $0.needed] } == [1, 3])
    let grow: (inout PlanningInput) -> Void = { $0.options.grow = true }
    let before = try #require(world.persistent)
    let plan = world.plan(document, grow)
    #expect(plan.refused.isEmpty, "\(plan.refused)")
    #expect(plan.nextBoot.compactMap(\.device) == ["y", "z"])
    #expect(plan.summaries.filter { $0.hasPrefix("attach pci") }.count == 2)
    try world.converge(document, grow)
    let after = try #require(world.persistent)
    for device in before.devices {
      guard let alias = device.alias, case .pci(let address) = device.slot else { continue }
      let now = try #require(after.device(alias: alias))
      #expect(now.slot == device.slot)
      #expect(after.pci.guestPath(of: address) == before.pci.guestPath(of: address), "\(alias)")
    }
    let bridges = after.devices.filter { $0.element["model"] == "pcie-root-port" }.compactMap(\.slot)
    #expect(Set(bridges).count == bridges.count)
    // What waits is not asked for again, and goes on waiting.
    let next = world.plan(document)
    #expect(next.summaries.isEmpty && next.refused.isEmpty)
    #expect(next.nextBoot.compactMap(\.device) == ["y", "z"])
    world.live = try world.persistent.map { try LibvirtText.running($0) }
    #expect(world.plan(document).nextBoot.isEmpty)
  }

  @Test func `--grow goes above every bridge, or not at all (T6)`() throws {
    let world = try World.standard("q35", Intents.base, rootPorts: 0)
    let document = try Intents.document(Intents.base + Self.three)
    var blocked = world
    // A bridge at the top of the bus leaves lower places only.
    let top =
      "<controller type='pci' index='40' model='pcie-root-port'><model name='pcie-root-port'/>"
      + "<target chassis='40' port='0xf0'/>"
      + "<address type='pci' domain='0x0000' bus='0x00' slot='0x1e' function='0x0'/></controller>"
    for side in Side.allCases {
      try blocked.edit(side) { $0.replacing("</devices>", with: top + "</devices>") }
      // Its own port is no use: it is taken.
      try blocked.edit(side) {
        $0.replacing(
          "</devices>",
          with: "<rng model='virtio'><backend model='random'>/dev/random</backend><address type='pci' domain='0x0000' "
            + "bus='0x28' slot='0x00' function='0x0'/></rng></devices>")
      }
    }
    #expect(blocked.plan(document) { $0.options.grow = true }.codes == ["slots-short"])
    #expect(world.plan(document) { $0.options.grow = true }.refused.isEmpty)
    let conventional = try World.standard("pc", Intents.base, rootPorts: 0)
    #expect(conventional.plan(document) { $0.options.grow = true }.refused.isEmpty, "pc has room of its own")
  }
}
