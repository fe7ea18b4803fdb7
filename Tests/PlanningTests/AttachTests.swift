import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// Attaching: what libvirt would choose and the guest can see is chosen first, the same for both sides (design 6, 7).
@Suite struct AttachTests {
  static let machines = ["q35", "pc"]

  @Test(arguments: machines) func `a device gets one slot that is free on both sides, live first`(_ machine: String)
    throws
  {
    var world = try World.standard(machine)
    // Foreign devices: one on each side only, on the places that come first.
    var allocator = SlotAllocator([try #require(world.live), try #require(world.persistent)])
    let places = [allocator.allocate(.pci, for: nil), allocator.allocate(.pci, for: nil)]
    let first = try #require(places[0])
    let second = try #require(places[1])
    try world.add(Foreign.rng(at: first), .live)
    try world.add(Foreign.rng(at: second), .persistent)

    let document = try Intents.document(Intents.base + [Intents.disk("new", "vdc")])
    let plan = world.plan(document)
    #expect(plan.summaries == ["attach new live", "attach new persistent"])
    let slots = plan.steps.compactMap(\.slot)
    #expect(Set(slots).count == 1)
    #expect(slots.first != first && slots.first != second)
    #expect(plan.steps.filter { $0.action == .attach }.allSatisfy { $0.guestPath != nil && $0.effect == .live })
    #expect(plan.step("attach new live")?.xml == plan.step("attach new persistent")?.xml)
    try world.converge(document)
    #expect(world.slot("new", .live) == world.slot("new"))
  }

  @Test func `metadata comes first, on the persistent side before the live one`() throws {
    let world = try World.standard()
    let plan = world.plan(try Intents.document(Intents.base + [Intents.rng("new")]))
    #expect(plan.steps.map(\.summary).prefix(2) == ["setMetadata metadata persistent", "setMetadata metadata live"])
  }

  @Test func `MAC, model, serial, format and alias are chosen, and stated ones are kept`() throws {
    let world = try World.standard()
    let plan = world.plan(
      try Intents.document(
        Intents.base + [
          Intents.card("one"), Intents.card("two", "network: default, mac: 52:54:00:aa:bb:cc, model: e1000e"),
          Intents.disk("disk-with-a-name-that-is-long", "vdc"), Intents.disk("stated", "vdd", form: "serial: S-1"),
        ]))
    func element(_ id: String) throws -> Element {
      try DomainDocument(try #require(plan.step("attach \(id) live")?.xml)).root
    }
    let one = try element("one")
    let composer = DeviceComposer(domain: world.uuid, libvirt: nil)
    #expect(one.value(at: "mac/@address") == composer.mac(try #require(DeviceID("one"))))
    #expect(one.value(at: "mac/@address")?.hasPrefix("52:54:00:") == true)
    #expect(one.value(at: "model/@type") == "virtio")
    #expect(one.value(at: "alias/@name") == "ua-one")
    let two = try element("two")
    #expect(two.value(at: "mac/@address") == "52:54:00:aa:bb:cc")
    #expect(two.value(at: "model/@type") == "e1000e")
    let long = try element("disk-with-a-name-that-is-long")
    #expect(long["device"] == "disk")
    #expect(long.value(at: "driver/@name") == "qemu")
    #expect(long.value(at: "serial")?.utf8.count == 20)
    #expect(try element("stated").value(at: "serial") == "S-1")
  }

  static let serials: [(String, Bool)] = [
    ("<disk type='file' device='disk'><source file='/a'/><target dev='sdx' bus='scsi'/></disk>", true),
    ("<disk type='file'><source file='/a'/><target dev='sdx' bus='scsi'/></disk>", true),
    ("<disk type='file' device='cdrom'><source file='/a'/><target dev='sdx' bus='scsi'/></disk>", false),
    ("<disk type='block' device='lun'><source dev='/dev/a'/><target dev='sdx' bus='scsi'/></disk>", false),
    (
      "<disk type='vhostuser' device='disk'><source type='unix' path='/a'/><target dev='vdx' bus='virtio'/></disk>",
      false
    ),
  ]

  @Test(arguments: serials.indices) func `only a disk gets a serial number`(_ index: Int) throws {
    let (xml, hasSerial) = AttachTests.serials[index]
    let plan = try World.standard().plan(try Intents.document(Intents.base + [Intents.xml("x", xml)]))
    let element = try DomainDocument(try #require(plan.step("attach x live")?.xml)).root
    #expect((element.value(at: "serial") == "x") == hasSerial)
  }

  @Test func `a volume's format is libvirt's to know`() throws {
    let xml = "<disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vdx' bus='virtio'/></disk>"
    let plan = try World.standard().plan(try Intents.document(Intents.base + [Intents.xml("x", xml)]))
    #expect(try DomainDocument(try #require(plan.step("attach x live")?.xml)).root.value(at: "driver/@type") == nil)
  }

  // MARK: Slots are stable (I2)

  @Test func `an id gets its slot back, from the ledger or from the metadata alone`() throws {
    for keepsLedger in [true, false] {
      var world = try World.standard()
      world.keepsLedger = keepsLedger
      let slot = try #require(world.slot("data"))
      let without = try Intents.document(Array(Intents.base.dropLast()))
      try world.converge(without)
      #expect(world.device("data") == nil)
      #expect(world.managed.tombstones.map(\.id.text) == ["data"])
      // Others avoid the place while any other fits.
      let others = Array(Intents.base.dropLast()) + (0..<4).map { Intents.rng("r\($0)") }
      try world.converge(try Intents.document(others))
      #expect(world.slot("r3") != slot)
      try world.converge(try Intents.document(others + [Intents.disk("data", "vdb")]))
      #expect(world.slot("data") == slot && world.slot("data", .live) == slot)
    }
  }

  @Test func `where nothing else fits, the place that was left longest ago is given away first`() throws {
    var world = try World.standard("q35", Intents.base + [Intents.rng("x"), Intents.rng("y")], rootPorts: 0)
    let (x, y) = (try #require(world.slot("x")), try #require(world.slot("y")))
    world.keepsLedger = false
    try world.converge(try Intents.document(Intents.base + [Intents.rng("x")]))
    try world.converge(try Intents.document(Intents.base))
    #expect(world.managed.tombstones.map(\.slot) == [y, x])
    try world.converge(try Intents.document(Intents.base + [Intents.rng("new")]))
    #expect(world.slot("new") == y)
  }

  @Test func `a slot that is somebody's own is not taken by one who comes first in the list`() throws {
    var world = try World.standard("q35", Intents.base, rootPorts: 1)
    let slot = try #require(world.slot("data"))
    for side in Side.allCases { try world.remove("data", side) }
    let before = [Intents.rng("new")] + Intents.base
    let plan = world.plan(try Intents.document(before))
    #expect(plan.step("attach data live")?.slot == slot)
    #expect(plan.step("attach new live")?.slot != slot)
  }

  // MARK: One side lacks it

  @Test(arguments: Side.allCases) func `the side that lacks a device gets it at the slot of the other`(_ side: Side)
    throws
  {
    var world = try World.standard()
    let slot = world.slot("data")
    try world.remove("data", side)
    let document = try Intents.document(Intents.base)
    let plan = world.plan(document)
    #expect(plan.summaries == ["attach data \(side.rawValue)"])
    #expect(plan.steps.last?.slot == slot)
    #expect(plan.steps.last?.reason.contains("repaired") == true)
    try world.converge(document)
    #expect(world.device("data", side)?.slot == slot)
  }

  @Test func `a repaired card has the MAC of the other side, whatever vmctl would choose`() throws {
    var world = try World.standard()
    let chosen = try #require(world.device("lan")?.element.value(at: "mac/@address"))
    for side in Side.allCases { try world.edit(side) { $0.replacing(chosen, with: "52:54:00:de:ad:01") } }
    try world.remove("lan", .live)
    let plan = world.plan(try Intents.document(Intents.base))
    let xml = try #require(plan.step("attach lan live")?.xml?.shown)
    #expect(xml.contains("52:54:00:de:ad:01"))
  }

  @Test func `a repaired disk is not given a serial that it never had`() throws {
    var world = try World.standard()
    for side in Side.allCases { try world.edit(side) { $0.replacing("<serial>data</serial>", with: "") } }
    try world.remove("data", .persistent)
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.step("attach data persistent")?.xml?.shown.contains("<serial>") == false)
  }

  @Test func `pitfall p: a slot that another device has taken meanwhile is refused, and the address never dropped`()
    throws
  {
    var world = try World.standard()
    let slot = try #require(world.slot("data"))
    try world.remove("data", .live)
    try world.add(Foreign.rng(at: slot), .live)
    let plan = world.plan(try Intents.document(Intents.base))
    #expect(plan.codes == ["slot-taken"])
    #expect(plan.steps.isEmpty)
  }

  // MARK: Explicit addresses (R12)

  @Test func `an explicit address that is free is taken`() throws {
    var world = try World.standard()
    let free = try #require(Foreign.lastFree(world))
    let document = try Intents.document(
      Intents.base + [Intents.rng("new", "address: {type: pci, bus: \(free.bus), slot: \(free.slot)}")])
    try world.converge(document)
    #expect(world.slot("new") == .pci(free))
  }

  static let refusedAddresses: [(String, String)] = [
    ("{type: pci, bus: 0, slot: 5}", "slot-missing"), ("{type: pci, bus: 250, slot: 0}", "slot-missing"),
    ("{type: pci, bus: 8, slot: 1}", "slot-missing"), ("{type: pci, bus: 8, slot: 0, function: 1}", "slot-missing"),
    ("{type: pci, bus: 1, slot: 0}", "slot-taken"), ("{type: drive, unit: 3}", "address-type"),
    ("{type: usb, port: 1}", "address-type"),
  ]

  @Test(arguments: refusedAddresses.indices) func `an address that cannot be had is refused`(_ index: Int) throws {
    let (address, code) = AttachTests.refusedAddresses[index]
    let plan = try World.standard().plan(
      try Intents.document(Intents.base + [Intents.rng("new", "address: \(address)")]))
    #expect(plan.codes == [code], "\(address): \(plan.refused.map(\.reason))")
    #expect(plan.steps.isEmpty)
  }

  @Test func `another's former place may be taken explicitly, with a word`() throws {
    var world = try World.standard()
    guard case .pci(let address) = try #require(world.slot("data")) else { return }
    try world.converge(try Intents.document(Array(Intents.base.dropLast())))
    let plan = world.plan(
      try Intents.document(
        Array(Intents.base.dropLast()) + [Intents.rng("new", "address: {type: pci, bus: \(address.bus), slot: 0}")]))
    #expect(plan.step("attach new live")?.slot == .pci(address))
    #expect(plan.notes.contains { $0.contains("'data' had before") })
  }

  @Test func `a device of a kind without a slot of its own keeps its explicit one free of others`() throws {
    let world = try World.standard()
    let xml = "<holodeck><alias name='ua-x'/></holodeck>"
    let plan = world.plan(
      try Intents.document(Intents.base + [Intents.xml("x", xml, "address: {type: pci, bus: 1, slot: 0}")]))
    #expect(plan.codes == ["slot-taken"])
  }

  // MARK: Kinds that the catalogue knows only in its general table

  static let general: [(String, String)] = [
    ("<vsock model='virtio'><cid auto='yes'/></vsock>", "pci"),
    ("<shmem name='x'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>", "pci"),
    ("<watchdog model='i6300esb' action='none'/>", "pci"),
    ("<input type='tablet' bus='virtio'/>", "pci"), ("<input type='tablet' bus='usb'/>", "usb"),
    ("<hostdev mode='subsystem' type='pci'><source><address bus='0x05' slot='0x00'/></source></hostdev>", "pci"),
    ("<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/><product id='0x2'/></source></hostdev>", "usb"),
    (
      "<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source></hostdev>",
      "drive"
    ),
    ("<redirdev bus='usb' type='spicevmc'/>", "usb"),
    ("<disk type='file'><source file='/u'/><target dev='sdu' bus='usb'/></disk>", "usb"),
    ("<filesystem type='mount'><driver type='virtiofs'/><source dir='/a'/><target dir='b'/></filesystem>", "pci"),
  ]

  @Test(arguments: general.indices) func `also gets one slot for both sides (I2)`(_ index: Int) throws {
    let (xml, type) = AttachTests.general[index]
    var world = try World.standard()
    let document = try Intents.document(Intents.base + [Intents.xml("x", xml)])
    let plan = world.plan(document)
    #expect(plan.summaries == ["attach x live", "attach x persistent"])
    #expect(plan.steps.last?.slot?.type == type)
    try world.converge(document)
    #expect(world.slot("x") == world.slot("x", .live))
  }

  @Test func `a lease has no alias and is found by what it is`() throws {
    var world = try World.standard()
    let lease = Intents.xml("lock", "<lease><lockspace>s</lockspace><key>k</key><target path='/l'/></lease>")
    try world.converge(try Intents.document(Intents.base + [lease]))
    #expect(world.managed.binding(of: try #require(DeviceID("lock")))?.key == "lease lease=s,k")
    let plans = try world.converge(try Intents.document(Intents.base))
    #expect(plans.first?.summaries == ["detach lock live", "detach lock persistent"])
  }

  // MARK: Refusals before anything is done

  @Test func `a boot order that is taken is refused`() throws {
    let world = try World.standard()
    let plan = world.plan(
      try Intents.document(
        [Intents.disk("root", "vda")] + Intents.base.dropFirst() + [Intents.disk("new", "vdc", "bootOrder: 1")]))
    #expect(plan.codes == ["boot-order-taken"])
    #expect(plan.summaries.isEmpty)
  }

  @Test func `T2: a boot order beside os/boot is refused`() throws {
    var world = try World.standard()
    for side in Side.allCases {
      try world.edit(side) {
        $0.replacing("</os>", with: "<boot dev='hd'/></os>").replacing("<boot order='1'/>", with: "")
      }
    }
    let plan = world.plan(
      try Intents.document(
        [Intents.disk("root", "vda")] + Intents.base.dropFirst() + [Intents.disk("new", "vdc", "bootOrder: 2")]))
    #expect(plan.codes == ["os-boot"])
    #expect(plan.summaries.isEmpty)
  }

  @Test func `T10: a device with which the domain would never start is refused`() throws {
    let plan = try World.standard().plan(
      try Intents.document(Intents.base + [Intents.xml("x", "<memory model='virtio-pmem'/>")]))
    #expect(plan.codes == ["cannot-attach"])
    #expect(plan.refused.first?.reason.contains("never starts again") == true)
  }

  @Test func `one refused device does not keep others from being attached`() throws {
    let plan = try World.standard().plan(
      try Intents.document(Intents.base + [Intents.xml("x", "<tpm model='tpm-crb'/>"), Intents.rng("y")]))
    #expect(plan.codes == ["cannot-attach"])
    #expect(plan.summaries == ["attach y live", "attach y persistent"])
  }
}

/// What other programs put into a domain.
enum Foreign {
  static func rng(at slot: Slot) -> String {
    let attributes = slot.addressAttributes.map { " \($0.name)='\($0.value)'" }.joined()
    return "<rng model='virtio'><backend model='random'>/dev/random</backend><address\(attributes)/></rng>"
  }

  /// The last PCI place that is free on all sides.
  static func lastFree(_ world: World) -> PCIAddress? {
    var allocator = SlotAllocator(world.sides.compactMap { world[$0] })
    var last: PCIAddress?
    while case .pci(let address)? = allocator.allocate(.pci, for: nil) { last = address }
    return last
  }
}
