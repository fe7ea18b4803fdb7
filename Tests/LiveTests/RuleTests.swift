import Control
import DomainXML
import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// The rules of intent documents (R and T numbers), each to its end on a real hypervisor.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Rules {
    /// A disk of the id, on another id's image where one is given.
    private func disk(
      _ domain: LiveDomain, _ id: String, _ target: String, bus: String = "virtio", on image: String? = nil,
      extra: String = ""
    ) throws -> String {
      let own = try domain.disk(id, target: target, bus: bus, extra: extra)
      return own.replacing("/\(id).img", with: "/\(image ?? id).img")
    }

    private func root(_ domain: LiveDomain) throws -> String {
      try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
    }

    private func slots(_ domain: LiveDomain) async throws -> [String: Slot] {
      var slots: [String: Slot] = [:]
      for device in try await domain.report().devices { if let id = device.id { slots[id] = device.slot } }
      return slots
    }

    private func source(_ domain: LiveDomain, _ id: String, _ side: Side) async throws -> String? {
      try await domain.definition(side).device(alias: "ua-" + id)?.element.value(at: "source/@file")
    }

    // MARK: R5 and R6: names and content

    @Test(arguments: ["pc", "q35"])
    func `R6: two ids exchange their images: all detaches first, each is attached again at its own id's slot`(
      _ machine: String
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try root(domain)
        let before = try domain.document([root, disk(domain, "a", "vdb"), disk(domain, "b", "vdc")])
        #expect(try await domain.reconcile(before).outcome == .asWanted)
        _ = try await domain.guest { $0.disks["a"] != nil && $0.disks["b"] != nil }
        let places = try await slots(domain)

        let allowed = ", replace: allowed"
        let exchanged = try domain.document([
          root, disk(domain, "a", "vdb", on: "b", extra: allowed), disk(domain, "b", "vdc", on: "a", extra: allowed),
        ])
        let live = try await domain.plan(exchanged).steps.filter { $0.side == "live" && $0.target.device != nil }
        #expect(live.map(\.action) == ["detach", "detach", "attach", "attach"], "\(live)")
        let report = try await domain.reconcile(exchanged)
        #expect(report.outcome == .asWanted, "\(report.problems) \(report.refused)")
        #expect(try await slots(domain) == places)
        for side in Side.allCases {
          #expect(try await source(domain, "a", side)?.hasSuffix("/b.img") == true)
          #expect(try await source(domain, "b", side)?.hasSuffix("/a.img") == true)
        }
        _ = try await domain.guest { $0.disks["a"] != nil && $0.disks["b"] != nil }
        #expect(try await domain.plan(exchanged).steps.isEmpty)
      }
    }

    @Test func `R6: without replace: allowed on each of them the exchange is refused as a whole`() async throws {
      try await LiveDomain.with { domain in
        let root = try root(domain)
        let before = try domain.document([root, disk(domain, "a", "vdb"), disk(domain, "b", "vdc")], boots: false)
        #expect(try await domain.reconcile(before).outcome == .asWanted)
        let half = try domain.document(
          [
            root, disk(domain, "a", "vdb", on: "b", extra: ", replace: allowed"), disk(domain, "b", "vdc", on: "a"),
          ], boots: false)
        domain.forgetCalls()
        let report = try await domain.reconcile(half)
        #expect(report.outcome.exitCode == 12)
        #expect(domain.mutatingCalls == 0)
        #expect(try await source(domain, "a", .live)?.hasSuffix("/a.img") == true)
      }
    }

    @Test func `T5: two ids exchange their targets: refused, and nothing is done`() async throws {
      try await LiveDomain.with { domain in
        let root = try root(domain)
        let before = try domain.document([root, disk(domain, "a", "vdb"), disk(domain, "b", "vdc")], boots: false)
        #expect(try await domain.reconcile(before).outcome == .asWanted)
        let allowed = ", replace: allowed"
        let exchanged = try domain.document(
          [root, disk(domain, "a", "vdc", extra: allowed), disk(domain, "b", "vdb", extra: allowed)], boots: false)
        domain.forgetCalls()
        let report = try await domain.reconcile(exchanged)
        #expect(report.outcome.exitCode == 12)
        #expect(report.refused.allSatisfy { $0.reason.contains("target") }, "\(report.refused)")
        #expect(report.steps.allSatisfy { $0.target.metadata == true }, "\(report.steps)")
        #expect(try await source(domain, "a", .live)?.hasSuffix("/a.img") == true)
      }
    }

    @Test func `R5: a renamed id is refused, naming both; with was: only the name moves`() async throws {
      try await LiveDomain.with { domain in
        let root = try root(domain)
        let before = try domain.document([root, disk(domain, "a", "vdb"), domain.card("lan")], boots: false)
        #expect(try await domain.reconcile(before).outcome == .asWanted)
        let places = try await slots(domain)
        let xml = try await (domain.definition(.live), domain.definition(.persistent))

        let renamed = try disk(domain, "a", "vdb").replacing("{id: a,", with: "{id: z,")
        domain.forgetCalls()
        let refused = try await domain.reconcile(domain.document([root, renamed, domain.card("lan")], boots: false))
        #expect(refused.outcome.exitCode == 12)
        #expect(refused.refused.contains { $0.wouldTake?.contains("was: a") == true }, "\(refused.refused)")
        #expect(domain.mutatingCalls == 0)

        let moved = domain.document(
          [root, renamed.replacing("{id: z,", with: "{id: z, was: a,"), domain.card("lan")], boots: false)
        let report = try await domain.reconcile(moved)
        #expect(report.outcome == .asWanted, "\(report.problems) \(report.refused)")
        #expect(report.steps.allSatisfy { $0.action == "setMetadata" }, "\(report.steps)")
        #expect(try await slots(domain)["z"] == places["a"])
        for (side, old) in [(Side.live, xml.0), (.persistent, xml.1)] {
          let new = try await domain.definition(side)
          #expect(new.devices.map(\.element.source) == old.devices.map(\.element.source))
          #expect(new.device(alias: "ua-a") != nil)
        }
        #expect(try await domain.plan(moved).steps.isEmpty)
      }
    }

    // MARK: R7: where a disk's data is

    @Test func `R7: a source that another tool changed is drift, exit 0, and no step`() async throws {
      try await LiveDomain.with { domain in
        let document = try domain.document([root(domain), disk(domain, "a", "vdb")], boots: false)
        _ = try domain.disk("moved", target: "vdb")
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        let device = try #require(try await domain.definition(.persistent).device(alias: "ua-a")).element.source
        try await domain.behindItsBack { connection, uuid in
          try await connection.update(
            XMLText(device.shown.replacing("/a.img", with: "/moved.img")), of: uuid, side: .persistent, force: false)
          try await connection.start(uuid)
        }
        try await expectDrift(domain, document, from: "/a.img", to: "/moved.img")
      }
    }

    @Test func `R7, T21: an external snapshot moves the source on both sides: nothing is done, and nothing put back`()
      async throws
    {
      try await LiveDomain.with { domain in
        let document = try domain.document([root(domain), disk(domain, "a", "vdb")], boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        try virsh(
          domain, "snapshot-create-as", domain.name, "snap", "--disk-only", "--no-metadata", "--diskspec",
          "vda,snapshot=no", "--diskspec", "vdb,snapshot=external,file=\(domain.folder)/a.snap")
        #expect(try await source(domain, "a", .live)?.hasSuffix("/a.snap") == true)
        #expect(try await source(domain, "a", .persistent)?.hasSuffix("/a.snap") == true)
        // The document's image is in the chain: that is where it should be.
        try await expectNothing(domain, document)
        // It goes on being so over a cold boot, and over a change elsewhere.
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        let grown = try domain.document(
          [root(domain), disk(domain, "a", "vdb"), disk(domain, "b", "vdc")], boots: false)
        #expect(try await domain.reconcile(grown).outcome == .asWanted)
        #expect(try await source(domain, "a", .live)?.hasSuffix("/a.snap") == true)
      }
    }

    private func expectDrift(_ domain: LiveDomain, _ document: String, from old: String, to new: String) async throws {
      let drift = try await domain.plan(document).drift.filter { $0.path.contains("source") }
      #expect(!drift.isEmpty)
      #expect(drift.allSatisfy { $0.was?.hasSuffix(old) == true && $0.is?.hasSuffix(new) == true }, "\(drift)")
      try await expectNothing(domain, document)
    }

    private func expectNothing(_ domain: LiveDomain, _ document: String) async throws {
      let plan = try await domain.plan(document)
      #expect(plan.steps.isEmpty && plan.refused.isEmpty, "\(plan.steps) \(plan.refused)")
      domain.forgetCalls()
      let report = try await domain.reconcile(document)
      #expect(report.outcome.exitCode == 0, "\(report)")
      #expect(report.steps.isEmpty)
      #expect(domain.mutatingCalls == 0)
    }

    // MARK: R8: what others do

    @Test func `R8: a device that virsh detached from both sides at once is attached again at its slot`() async throws {
      try await LiveDomain.with { domain in
        let document = try domain.document(
          [root(domain), disk(domain, "stick", "sda", bus: "usb"), disk(domain, "other", "sdb", bus: "usb")],
          boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        let places = try await slots(domain)
        let device = try #require(try await domain.definition(.persistent).device(alias: "ua-stick")).element.source
        let file = domain.folder + "/device.xml"
        try Data(device.bytes).write(to: URL(filePath: file))
        try virsh(domain, "detach-device", domain.name, file, "--live", "--config")
        for side in Side.allCases { #expect(try await domain.definition(side).device(alias: "ua-stick") == nil) }
        let report = try await domain.reconcile(document)
        #expect(report.outcome == .asWanted, "\(report.problems) \(report.refused)")
        #expect(try await slots(domain) == places)
        #expect(try await domain.plan(document).steps.isEmpty)
      }
    }

    @Test func `R8: a link that another tool set down comes up again, and nothing else of the card changes`()
      async throws
    {
      try await LiveDomain.with { domain in
        let document = try domain.document(
          [root(domain), domain.card("lan", extra: ", link: up, mtu: 1400, queues: 2"), domain.card("dmz")],
          boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        // A port of the network is another one after each update.
        func cards(_ side: Side) async throws -> [String] {
          try await domain.definition(side).devices.filter { $0.kind.name == "interface" }
            .map { $0.element.canonicalForm.shown.replacing(/\sportid=["'][^"']*["']/, with: "") }
        }
        let before = try await (cards(.live), cards(.persistent))
        let card = try #require(try await domain.definition(.live).device(alias: "ua-lan")).element
        let mac = try #require(card.value(at: "mac/@address"))
        try virsh(domain, "domif-setlink", domain.name, mac, "down")
        try virsh(domain, "domif-setlink", domain.name, mac, "down", "--config")
        #expect(try await cards(.live) != before.0)

        let report = try await domain.reconcile(document)
        #expect(report.outcome == .asWanted, "\(report.problems)")
        #expect(report.steps.filter { $0.target.device != nil }.map(\.action) == ["update", "update"])
        let after = try await (cards(.live), cards(.persistent))
        #expect(after.0 == before.0, "\(after.0) \(before.0)")
        #expect(after.1 == before.1, "\(after.1) \(before.1)")
      }
    }

    // MARK: Unplug and save

    @Test func `an unplug that is armed and no longer meant: the guest's reset takes the device, and it comes back`()
      async throws
    {
      try await LiveDomain.with { domain in
        let root = try root(domain)
        let both = try domain.document([root, disk(domain, "a", "vdb")], boots: false)
        #expect(try await domain.reconcile(both).outcome == .asWanted)
        let places = try await slots(domain)
        #expect(try await domain.reconcile(domain.document([root], boots: false), timeout: 6_500).outcome == .waiting)
        // Wanted again, it is there as it is wanted.
        let again = try await domain.reconcile(both)
        #expect(again.outcome.exitCode == 0, "\(again)")
        #expect(try await slots(domain) == places)

        try virsh(domain, "reset", domain.name)
        try await eventually("the reset ends the unplug") {
          try await domain.definition(.live).device(alias: "ua-a") == nil
        }
        // Its monitor may be occupied for a moment after that, and a domain that is held gets no call at all.
        try await eventually("the domain is no longer held") {
          let report = try await domain.reconcile(both)
          #expect([.asWanted, .conflict].contains(report.outcome), "\(report.problems) \(report.refused)")
          return report.outcome == .asWanted
        }
        #expect(try await slots(domain) == places)
        for side in Side.allCases { #expect(try await domain.definition(side).device(alias: "ua-a") != nil) }
        #expect(try await domain.report().waiting.isEmpty)
      }
    }

    @Test
    func `T20: what is changed while a guest is saved is missing from it when it comes back, and is attached then`()
      async throws
    {
      try await LiveDomain.with { domain in
        let root = try root(domain)
        let one = try domain.document([root, disk(domain, "a", "vdb")], boots: false)
        #expect(try await domain.reconcile(one).outcome == .asWanted)
        try virsh(domain, "managedsave", domain.name)
        #expect(try await domain.observe().hasManagedSave)

        let devices = try [root, disk(domain, "a", "vdb"), disk(domain, "b", "vdc")]
        let saved = try await domain.reconcile(domain.document(devices, power: "unmanaged", boots: false))
        #expect([0, 10].contains(saved.outcome.exitCode), "\(saved)")
        #expect(try await domain.observe().hasManagedSave)
        #expect(try await domain.definition(.persistent).device(alias: "ua-b") != nil)
        let slot = try await slots(domain)["b"]

        let running = domain.document(devices, boots: false)
        // Somebody saved it: that a document wants it to run does not wake it (R13).
        #expect(try await domain.plan(running).steps.allSatisfy { $0.target.power != true })
        #expect(try await domain.perform(.start).outcome == .asWanted)
        #expect(try await domain.definition(.live).device(alias: "ua-b") == nil)
        #expect(try await domain.reconcile(running).outcome == .asWanted)
        #expect(!(try await domain.observe().hasManagedSave))
        for side in Side.allCases {
          #expect(try await domain.definition(side).device(alias: "ua-b")?.slot == slot, "on the \(side) side")
        }
        #expect(try await domain.plan(running).steps.isEmpty)
      }
    }

    // MARK: Another tool

    private func virsh(_ domain: LiveDomain, _ arguments: String...) throws {
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["virsh", "-q", "-c", domain.host.uri] + arguments
      process.standardError = output
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      let said = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "virsh \(arguments): \(String(decoding: said, as: UTF8.self))")
    }

    private func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
      let deadline = ContinuousClock.now + .seconds(60)
      while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(50))
      }
      Issue.record("never seen: \(what)")
    }
  }
}
