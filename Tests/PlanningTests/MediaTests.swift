import DomainXML
import Intent
import Planning
import Testing
import Vocabulary

/// R9: what is in a drive is put in once when the document changes, and is the guest's business then.
@Suite struct MediaTests {
  private static func drive(_ more: String = "") -> String {
    "{id: cd, disk: {device: cdrom, bus: sata, target: sda}" + (more.isEmpty ? "" : ", " + more) + "}"
  }

  private static func document(_ more: String = "") throws -> IntentDocument {
    try Intents.document(Intents.base + [drive(more)])
  }

  private static let first = "media: {file: /srv/a.iso}"
  private static let second = "media: {file: /srv/b.iso}"

  private func world(_ more: String = first) throws -> World {
    var world = try World.standard("q35", Intents.base + [Self.drive(more)])
    try world.converge(try Self.document(more))
    return world
  }

  private func medium(_ world: World, _ side: Side) -> String? {
    world.device("cd", side)?.element.value(at: "source/@file")
  }

  @Test func `it is created with its medium, and nothing is left to do`() throws {
    let world = try world()
    #expect(medium(world, .live) == "/srv/a.iso" && medium(world, .persistent) == "/srv/a.iso")
    let plan = world.plan(try Self.document(Self.first))
    #expect(plan.summaries.isEmpty && plan.drift.isEmpty)
  }

  @Test func `another medium is an update in place on both sides, and null empties the drive`() throws {
    var world = try world()
    let plan = world.plan(try Self.document(Self.second))
    #expect(plan.summaries == ["update cd persistent", "update cd live"])
    #expect(plan.steps.filter { $0.action == .update }.map(\.effect) == [.live, .live])
    try world.converge(try Self.document(Self.second))
    #expect(medium(world, .live) == "/srv/b.iso" && medium(world, .persistent) == "/srv/b.iso")
    try world.converge(try Self.document("media: null"))
    #expect(medium(world, .live) == nil && medium(world, .persistent) == nil)
    #expect(world.plan(try Self.document("media: null")).summaries.isEmpty)
    // No opinion: what is in it stays.
    try world.converge(try Self.document(Self.second))
    #expect(world.plan(try Self.document()).summaries.isEmpty)
  }

  @Test func `what the guest ejects stays out; --reassert puts it back`() throws {
    var world = try world()
    try world.edit(.live) { $0.replacing("<source file='/srv/a.iso'/>", with: "") }
    let document = try Self.document(Self.first)
    let plan = world.plan(document)
    #expect(plan.summaries.isEmpty)
    #expect(plan.drift.map(\.by) == ["guest"] && plan.drift.map(\.was) == ["/srv/a.iso"])
    #expect(world.plan(document) { $0.options.reassert = true }.summaries == ["update cd live"])
    // A new wish is one.
    #expect(world.plan(try Self.document(Self.second)).summaries == ["update cd persistent", "update cd live"])
  }

  @Test func `T22: the tray is never compared; one that is put back goes out and in`() throws {
    var world = try world()
    try world.edit(.live) { text in
      text.replacing("<target dev='sda' bus='sata'/>", with: "<target dev='sda' bus='sata' tray='open'/>")
    }
    let document = try Self.document(Self.first)
    #expect(world.plan(document).summaries.isEmpty && world.plan(document).drift.isEmpty)
    let plan = world.plan(document) { $0.options.reassert = true }
    #expect(plan.summaries == ["update cd live", "update cd live"])
    let steps = plan.steps.filter { $0.action == .update }
    #expect(steps.first?.xml?.shown.contains("<source") == false)
    #expect(steps.allSatisfy { $0.xml?.shown.contains("tray") == false })
  }

  @Test func `once: out of the definition when the domain has booted with it`() throws {
    let once = "media: {file: /srv/a.iso, once: true}"
    let document = try Self.document(once)
    var world = try World.created(
      try Intents.document(Intents.base + [Self.drive(once)], Intents.creation("q35")), running: false)
    #expect(medium(world, .persistent) == "/srv/a.iso")
    #expect(world.plan(document).summaries.isEmpty)
    world.live = try world.persistent.map { try LibvirtText.running($0) }
    let plan = world.plan(document)
    #expect(plan.summaries == ["update cd persistent"])
    try world.converge(document)
    #expect(medium(world, .live) == "/srv/a.iso" && medium(world, .persistent) == nil)
    // The next boot is without it, and that is as wanted.
    world.live = try world.persistent.map { try LibvirtText.running($0) }
    #expect(world.plan(document).summaries.isEmpty)
  }

  @Test func `I7, I10: the medium of a protected drive stays, and that is said`() throws {
    var world = try world("media: {file: /srv/a.iso}, protected: true")
    let document = try Self.document("media: {file: /srv/b.iso}, protected: true")
    let plan = world.plan(document)
    #expect(plan.summaries.isEmpty)
    #expect(Set(plan.codes) == ["protected"])
    try world.apply(plan)
    // Refused is not done: it is refused again, and not taken for the guest's doing.
    #expect(Set(world.plan(document).codes) == ["protected"])
    #expect(world.plan(document).drift.isEmpty)
  }

  @Test func `force is for a tray that the guest has locked, on the live side`() throws {
    let plan = try world().plan(try Self.document("media: {file: /srv/b.iso, force: true}"))
    let forced = plan.steps.filter { $0.action == .update }.map(\.isForced)
    #expect(forced == [false, true])
  }

  @Test(arguments: [
    ("{id: d, disk: {file: /a, format: raw, bus: virtio, target: vdc}, media: {file: /b}}", "cannot be changed"),
    ("{id: d, disk: {device: cdrom, file: /a, format: raw, bus: sata, target: sdb}, media: {file: /b}}", "twice"),
    ("{id: d, disk: {bus: virtio, target: vdc}}", "exactly one of file, block"),
    ("{id: d, disk: {file: /a, block: /b, format: raw, device: cdrom, bus: sata, target: sdb}}", "exactly one of"),
  ]) func `a medium where none can be, or twice, is said`(_ device: String, _ says: String) throws {
    do {
      _ = try Intents.document([device])
      Issue.record("accepted")
    } catch let refused as World.Refused {
      #expect(refused.description.contains(says), "\(refused)")
    }
  }
}
