import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import Store
import TestSupport
import Testing
import Vocabulary

/// `diff`: where document, running domain and definition differ, and who is behind it.
@Suite struct DiffTests {
  typealias W = Workbench
  typealias Row = DifferenceDocument.Row

  static func card(_ more: String = "") -> String { "{id: lan, interface: {network: default\(more)}}" }

  private func rows(_ bench: Workbench) async throws -> [Row] {
    try await bench.control.differences(of: "web-1").differences.filter { $0.by != .libvirt }
  }

  private func edit(_ bench: Workbench, _ sides: [Side], _ old: String, _ new: String) async throws {
    let uuid = try await bench.uuid()
    for side in sides {
      bench.fake.rewrite(uuid, side: side) { text in
        #expect(text.shown.contains(old), "\(side) \(old)")
        return XMLText(text.shown.replacing(old, with: new))
      }
    }
  }

  @Test func `I9: of a domain that is as wanted nothing differs but what libvirt fills in; looking changes nothing`()
    async throws
  {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, Self.card()])).outcome == .asWanted)
    let before = bench.storeState()
    bench.forgetCalls()
    let document = try await bench.control.differences(of: "web-1")
    #expect(document.sides == [.live, .persistent])
    #expect(document.generation == 1)
    #expect(document.differences.filter { $0.by != .libvirt }.isEmpty)
    let fields = document.differences.filter { $0.device == "lan" }.compactMap(\.path)
    #expect(Set(fields).isSuperset(of: ["@type", "source/@portid", "source/@bridge", "target/@dev"]))
    #expect(document.differences.contains { $0.device == nil && $0.path == "alias/@name" && $0.persistent == nil })
    #expect(bench.mutatingCalls == 0)
    #expect(bench.storeState() == before)
  }

  @Test func `I10: what a document changed and the guest gets at its next boot is vmctl's, and so says pending`()
    async throws
  {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, Self.card()])).outcome == .asWanted)
    #expect(try await bench.reconcile(W.document([W.root, Self.card(", mtu: 9000")])).outcome == .nextBoot)
    let row = try #require(try await rows(bench).first)
    #expect(try await rows(bench).count == 1)
    #expect([row.device, row.path, row.wanted, row.live, row.persistent] == ["lan", "mtu/@size", "9000", nil, "9000"])
    #expect(row.by == .vmctl)
    #expect(row.why?.contains("next boot") == true)
    #expect(row.notAsWanted == [.live])
    #expect(try await bench.report().pending.map(\.path) == ["mtu/@size"])
  }

  @Test func `R8: what a foreign hand changed is its doing, whether the document states it or not`() async throws {
    let bench = try Workbench()
    let card = Self.card(", link: up, mtu: 1400")
    #expect(try await bench.reconcile(W.document([W.root, card])).outcome == .asWanted)
    try await edit(bench, [.live], "<link state='up'/>", "<link state='down'/>")
    try await edit(bench, [.persistent], "<mtu size='1400'/>", "<mtu size='1300'/>")
    let found = try await rows(bench)
    #expect(found.map(\.path) == ["link/@state", "mtu/@size"])
    #expect(found.allSatisfy { $0.by == .foreign })
    #expect(found.map(\.notAsWanted) == [[.live], [.persistent]])
    try await edit(bench, [.persistent], "<model type='virtio'/>", "<model type='virtio'/><driver name='qemu'/>")
    let unstated = try await rows(bench).first { $0.path == "driver/@name" }
    #expect(unstated?.by == .foreign)
    #expect(unstated?.wanted == nil)
  }

  @Test func `a device on one side only, managed or not`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
    let uuid = try await bench.uuid()
    try await bench.fake.attach(
      XMLText("<rng model='virtio'><backend model='random'>/dev/random</backend></rng>"), to: uuid, side: .persistent)
    let alone = try await rows(bench)
    #expect(alone.count == 1)
    #expect(alone.first?.device == nil)
    #expect(alone.first?.kind == "rng")
    #expect(alone.first?.key?.hasPrefix("pci ") == true)
    #expect([alone.first?.path, alone.first?.live, alone.first?.persistent] == [nil, nil, "attached"])
    #expect(alone.first?.by == .foreign)

    try await bench.fake.detach(alias: "ua-entropy", from: uuid, side: .live)
    bench.pass(.seconds(1))
    let gone = try await rows(bench).first { $0.device == "entropy" }
    #expect(gone?.wanted == "attached")
    #expect(gone?.notAsWanted == [.live])
    #expect(gone?.by == .foreign)
  }

  @Test func `what only the definition got from us is vmctl's: it comes with the next boot`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    let sata =
      "{id: cd, sides: persistent, xml: \"<disk type='network' device='cdrom'><driver name='qemu' type='raw'/>"
      + "<source protocol='nbd' name='cd'><host name='h'/></source><target dev='sda' bus='sata'/></disk>\"}"
    #expect(try await bench.reconcile(W.document([W.root, sata])).outcome == .asWanted)
    let row = try #require(try await rows(bench).first { $0.device == "cd" })
    #expect(row.wanted == "attached, persistent only")
    #expect(row.by == .vmctl)
    #expect(row.notAsWanted.isEmpty)
  }

  @Test func `an unplug that waits for the guest is vmctl's`() async throws {
    let bench = try Workbench(guest: .silent)
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .asWanted)
    #expect(try await bench.reconcile(W.document([W.root]), timeout: 6_000).outcome == .waiting)
    let row = try #require(try await rows(bench).first)
    #expect([row.device, row.wanted, row.live, row.persistent] == ["entropy", "removed", "attached", "attached"])
    #expect(row.by == .vmctl)
    #expect(row.why == "an unplug waits for the guest")
  }

  @Test
  func `R7: a disk on top of the document's is a snapshot, one with a mirror has a block job, another is foreign`()
    async throws
  {
    let bench = try Workbench()
    let file = bench.store.folder + "/d.img"
    #expect(FileManager.default.createFile(atPath: file, contents: nil))
    let disk = "{id: data, disk: {file: \(file), format: raw, bus: virtio, target: vdb}}"
    #expect(try await bench.reconcile(W.document([W.root, disk])).outcome == .asWanted)
    let source = "<source file='\(file)'"
    try await edit(bench, [.persistent], source, "<source file='/snap'")
    try await edit(bench, [.live], source, "<source file='/snap'")
    #expect(try await rows(bench).map(\.by) == [.foreign])
    let uuid = try await bench.uuid()
    bench.fake.rewrite(uuid, side: .live) { text in
      let parts = text.shown.split(separator: "<backingStore/>", omittingEmptySubsequences: false).map(String.init)
      let below = "<backingStore type='file'><format type='raw'/><source file='\(file)'/><backingStore/></backingStore>"
      return XMLText(
        parts.dropFirst().reduce(parts[0]) { $0 + ($0.hasSuffix("</source>\n") ? "<backingStore/>" : below) + $1 })
    }
    let snapshot = try #require(try await rows(bench).first { $0.path == "source/@file" })
    #expect(snapshot.by == .snapshot)
    #expect([snapshot.wanted, snapshot.live, snapshot.persistent] == [file, "/snap", "/snap"])
    try await edit(bench, [.live], "<target dev='vdb'", "<mirror type='file' file='/c' job='copy'/><target dev='vdb'")
    let job = try await rows(bench).filter { $0.path?.hasPrefix("mirror") == true }
    #expect(job.map(\.path) == ["mirror/@job"])
    #expect(job.map(\.by) == [.blockJob])
    #expect(job.map(\.live) == ["copy"])
  }

  @Test func `R9: a tray that the guest opened, and a balloon that it gave, are the guest's`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    try await edit(bench, [.live], "<target dev='vda' bus='virtio'", "<target dev='vda' bus='virtio' tray='open'")
    try await edit(bench, [.live], "<currentMemory unit='KiB'>262144", "<currentMemory unit='KiB'>131072")
    let found = try await rows(bench)
    #expect(found.map(\.path) == ["target/@tray", "currentMemory"])
    #expect(found.allSatisfy { $0.by == .guest })
    #expect(found.map(\.live) == ["open", "131072"])
  }

  @Test func `what was accepted and is not applied yet is vmctl's`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    bench.fake.failNext(
      .attach, LibvirtError(code: .internalError, domain: .qemu, message: "no", function: "virDomainAttachDeviceFlags"))
    #expect(try await bench.reconcile(W.document([W.root, W.rng("entropy")])).outcome == .error)
    let row = try #require(try await rows(bench).first { $0.device == "entropy" })
    #expect(row.wanted == "attached")
    #expect(row.notAsWanted == [.live, .persistent])
    #expect(row.by == .vmctl)
    #expect(row.why?.contains("not applied yet") == true)
  }

  @Test func `a domain that does not run: document against definition; without a store: the sides`() async throws {
    let bench = try Workbench()
    #expect(try await bench.reconcile(W.document([W.root, Self.card(", mtu: 1400")])).outcome == .asWanted)
    try await edit(bench, [.persistent], "<mtu size='1400'/>", "<mtu size='1300'/>")
    for suffix in ["", "-wal", "-shm"] {
      let path = bench.store.location.path + suffix
      if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
    }
    let sides = try await bench.control.differences(of: "web-1")
    #expect(sides.generation == nil)
    let row = sides.differences.first { $0.by == .foreign }
    #expect(
      [row?.device, row?.path, row?.wanted, row?.live, row?.persistent] == ["lan", "mtu/@size", nil, "1400", "1300"])

    let other = try Workbench()
    #expect(try await other.reconcile(W.document([W.root, Self.card(", mtu: 1400")])).outcome == .asWanted)
    other.fake.stop(try await other.uuid(), .shutdown)
    try await edit(other, [.persistent], "<mtu size='1400'/>", "<mtu size='1300'/>")
    let stopped = try await other.control.differences(of: "web-1")
    #expect(stopped.sides == [.persistent])
    #expect(stopped.differences.map(\.path) == ["mtu/@size"])
    #expect(stopped.differences.map(\.live) == [nil])
    #expect(stopped.differences.map(\.by) == [.foreign])
  }

  @Test func `a domain that libvirt does not have is said to be gone, or never there`() async throws {
    let bench = try Workbench()
    let never = await #expect(throws: Problem.self) { try await bench.control.differences(of: "web-1") }
    #expect(never?.code == "no-such-domain")
    #expect(try await bench.reconcile(W.document([W.root])).outcome == .asWanted)
    bench.fake.migrateAway(try await bench.uuid())
    let gone = await #expect(throws: Problem.self) { try await bench.control.provenance(of: "web-1") }
    #expect(gone?.code == "gone")
  }
}
