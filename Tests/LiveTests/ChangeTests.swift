import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// What changes beside coming and going: media, memory, more ports, operations.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Changes {
    // MARK: Media (R9)

    @Test(arguments: ["scsi", "sata"]) func `media come, change and go; what the guest ejects stays out`(
      _ bus: String
    ) async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        for name in ["a", "b"] { try Data(count: 1 << 20).write(to: URL(filePath: "\(domain.folder)/\(name).iso")) }
        func document(_ media: String) -> String {
          domain.document(
            [root, "{id: cd, disk: {device: cdrom, bus: \(bus), target: sda, readonly: true}\(media)}"], boots: false)
        }
        func medium(_ side: Side) async throws -> String? {
          try await domain.definition(side).device(alias: "ua-cd")?.element.value(at: "source/@file")
            .map { URL(filePath: $0).lastPathComponent }
        }
        let first = document(", media: {file: \(domain.folder)/a.iso}")
        #expect(try await domain.reconcile(first).outcome == .asWanted)
        #expect(try await medium(.live) == "a.iso")
        let second = document(", media: {file: \(domain.folder)/b.iso}")
        let changed = try await domain.reconcile(second)
        #expect(changed.outcome == .asWanted, "\(changed.problems)")
        #expect(try await medium(.live) == "b.iso")
        #expect(try await medium(.persistent) == "b.iso")
        // An eject by hand is not undone, by no reconcile and not twice.
        let ejected = try await domain.perform(.eject, device: "cd")
        #expect(ejected.outcome == .asWanted, "\(ejected.problems)")
        #expect(try await medium(.live) == nil)
        domain.forgetCalls()
        let kept = try await domain.reconcile(second)
        #expect(kept.outcome == .asWanted && kept.drift.map(\.by) == ["guest"])
        #expect(domain.mutatingCalls == 0)
        #expect(try await domain.reconcile(second, reassert: true).outcome == .asWanted)
        #expect(try await medium(.live) == "b.iso")
        let empty = try await domain.reconcile(document(", media: null"))
        #expect(empty.outcome == .asWanted, "\(empty.problems)")
        #expect(try await medium(.live) == nil)
        #expect(try await medium(.persistent) == nil)
        #expect(try await domain.plan(document(", media: null")).steps.isEmpty)
      }
    }

    @Test func `install media are for one boot`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        try Data(count: 1 << 20).write(to: URL(filePath: "\(domain.folder)/a.iso"))
        let document = domain.document(
          [
            root,
            "{id: cd, disk: {device: cdrom, bus: sata, target: sda}, bootOrder: 2, "
              + "media: {file: \(domain.folder)/a.iso, once: true}}",
          ], boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        #expect(try await domain.xml(.live).shown.contains("a.iso"))
        #expect(try await !domain.xml(.persistent).shown.contains("a.iso"))
        #expect(try await domain.report().pending.isEmpty, "install media are nothing to restart for")
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        #expect(try await !domain.xml(.live).shown.contains("a.iso"))
        let plan = try await domain.plan(document)
        #expect(plan.steps.isEmpty && plan.refused.isEmpty)
      }
    }

    @Test func `T22: a tray that the guest opens is left alone, and closed on request`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        try Data(count: 1 << 20).write(to: URL(filePath: "\(domain.folder)/a.iso"))
        let document = domain.document(
          [
            root,
            "{id: cd, disk: {device: cdrom, bus: sata, target: sda}, media: {file: \(domain.folder)/a.iso}}",
          ], boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        // As a guest's eject: QEMU tells libvirt that the tray has moved.
        try domain.virsh(
          "qemu-monitor-command", domain.name,
          "{\"execute\": \"blockdev-open-tray\", \"arguments\": {\"id\": \"ua-cd\"}}")
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !domain.xml(.live).shown.contains("tray='open'"), ContinuousClock.now < deadline {
          try await Task.sleep(for: .milliseconds(50))
        }
        domain.forgetCalls()
        let left = try await domain.reconcile(document)
        #expect(left.outcome == .asWanted && domain.mutatingCalls == 0, "\(left.problems) \(left.steps)")
        let closed = try await domain.reconcile(document, reassert: true)
        #expect(closed.outcome == .asWanted, "\(closed.problems)")
        let live = try await domain.xml(.live).shown
        #expect(live.contains("a.iso") && !live.contains("tray='open'"))
      }
    }

    @Test func `what libvirt would take for a card and ignore is for the next boot, and said once`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ more: String) -> String {
          let card =
            "<interface type='network'\(more)><mac address='52:54:00:aa:bb:cc'/><source network='\(domain.host.network)'/>"
            + "<model type='virtio'/></interface>"
          return domain.document([root, "{id: lan, xml: \"\(card)\"}"], boots: false)
        }
        #expect(try await domain.reconcile(document("")).outcome == .asWanted)
        // libvirt 9.0 answers 0 to this on a running domain, and nothing happens.
        let trusted = document(" trustGuestRxFilters='yes'")
        let report = try await domain.reconcile(trusted)
        #expect(report.outcome == .nextBoot, "\(report.problems) \(report.refused)")
        #expect(report.nextBoot.map(\.path) == ["@trustGuestRxFilters"])
        #expect(!report.steps.contains { $0.action == "update" && $0.side == "live" })
        domain.forgetCalls()
        #expect(try await domain.reconcile(trusted).outcome == .nextBoot)
        #expect(domain.mutatingCalls == 0, "repeated")
        #expect(try await domain.perform(.restart, force: true, timeout: 200).outcome == .asWanted)
        #expect(try await domain.reconcile(trusted).outcome == .asWanted)
        #expect(try await domain.xml(.live).shown.contains("trustGuestRxFilters='yes'"))
      }
    }

    @Test func `R6: two disks exchange their boot orders`() async throws {
      try await LiveDomain.with { domain in
        func document(_ first: Int, _ second: Int) throws -> String {
          domain.document(
            [
              try domain.disk("a", target: "vda", extra: ", bootOrder: \(first)"),
              try domain.disk("b", target: "vdb", extra: ", bootOrder: \(second)"),
            ], boots: false)
        }
        #expect(try await domain.reconcile(document(1, 2)).outcome == .asWanted)
        let report = try await domain.reconcile(document(2, 1))
        #expect(report.outcome == .nextBoot, "\(report.problems) \(report.refused)")
        let definition = try await domain.definition(.persistent)
        #expect(definition.device(alias: "ua-a")?.bootOrder == 2 && definition.device(alias: "ua-b")?.bootOrder == 1)
        #expect(try await domain.plan(document(2, 1)).steps.isEmpty)
      }
    }

    // MARK: Memory devices

    @Test(arguments: ["pc", "q35"])
    func `DIMMs: two plugged, the first unplugged, stop and start: the other's base and slot are unchanged`(
      _ machine: String
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ ids: [String]) -> String {
          domain.document(
            [root] + ids.map { "{id: \($0), memory: {model: dimm, size: 128 MiB}}" },
            hotplugMemory: "{limit: 2 GiB, slots: 4}")
        }
        func slot(_ id: String, _ side: Side) async throws -> Slot? {
          try await domain.definition(side).device(alias: "ua-" + id)?.slot
        }
        #expect(try await domain.reconcile(document([])).outcome == .asWanted)
        _ = try await domain.guest()
        let plugged = try await domain.reconcile(document(["a", "b"]))
        #expect(plugged.outcome == .asWanted, "\(plugged.problems) \(plugged.refused)")
        let second = try #require(try await slot("b", .live))
        guard case .dimm(1, .some) = second else {
          Issue.record("no base: \(second)")
          return
        }
        #expect(try await slot("b", .persistent) == second)
        _ = try await domain.guest { $0.memory?.split(separator: ",").count ?? 0 > 2 }
        let unplugged = try await domain.reconcile(document(["b"]), timeout: 60_000)
        #expect(unplugged.outcome == .asWanted, "\(unplugged.summary) \(unplugged.problems) \(unplugged.waiting)")
        #expect(try await slot("a", .live) == nil)
        #expect(try await domain.perform(.stop, timeout: 60_000).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        #expect(try await slot("b", .live) == second)
        #expect(try await domain.plan(document(["b"])).steps.isEmpty)
      }
    }

    @Test func `T9: DIMMs that were there at creation keep their bases when the first goes`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ ids: [String], power: String = "running") -> String {
          domain.document(
            [root] + ids.map { "{id: \($0), memory: {model: dimm, size: 128 MiB}}" }, power: power, boots: false,
            hotplugMemory: "{limit: 2 GiB, slots: 4}")
        }
        let made = try await domain.reconcile(document(["a", "b"]))
        #expect(made.outcome == .asWanted, "\(made.problems)")
        let second = try #require(try await domain.definition(.live).device(alias: "ua-b")?.slot)
        #expect(try await domain.definition(.persistent).device(alias: "ua-b")?.slot == second)
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        let one = try await domain.reconcile(document(["b"]))
        #expect(one.outcome == .asWanted, "\(one.problems) \(one.refused)")
        #expect(try await domain.definition(.live).device(alias: "ua-b")?.slot == second)
      }
    }

    @Test func `virtio-mem changes its size live, on both sides`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ requested: String) -> String {
          domain.document(
            [root, "{id: vm, memory: {model: virtio-mem, size: 256 MiB, block: 2 MiB, requested: \(requested)}}"],
            hotplugMemory: "{limit: 2 GiB, slots: 4}")
        }
        #expect(try await domain.reconcile(document("64 MiB")).outcome == .asWanted)
        _ = try await domain.guest()
        let grown = try await domain.reconcile(document("128 MiB"))
        #expect(grown.outcome == .asWanted, "\(grown.problems) \(grown.refused)")
        for side in Side.allCases {
          let device = try #require(try await domain.definition(side).device(alias: "ua-vm"))
          #expect(device.element.value(at: "target/requested") == "131072")
        }
        #expect(try await domain.plan(document("128 MiB")).steps.isEmpty)
      }
    }

    // MARK: Ports

    @Test func `one spare port and three disks: needs 3, has 1; --grow moves nothing that is there`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let base = [
          root, domain.card("lan"),
          "{id: entropy, xml: \"<rng model='virtio'>"
            + "<backend model='random'>/dev/urandom</backend></rng>\"}",
        ]
        let three = try ["b", "c", "d"].map { try domain.disk("data-\($0)", target: "vd\($0)") }
        func document(_ devices: [String]) -> String { domain.document(devices, rootPorts: 1) }
        #expect(try await domain.reconcile(document(base)).outcome == .asWanted)
        let before = try await domain.guest()
        domain.forgetCalls()
        let refused = try await domain.reconcile(document(base + three))
        #expect(refused.outcome == .refused)
        #expect(refused.refused.first?.reason.contains("3 pci slots are needed and 1 are free") ?? false)
        #expect(domain.mutatingCalls == 0)
        let grown = try await domain.reconcile(document(base + three), grow: true)
        #expect(grown.outcome == .nextBoot, "\(grown.problems) \(grown.refused)")
        #expect(grown.nextBoot.count == 2)
        #expect(try await domain.perform(.stop, timeout: 60_000).outcome == .asWanted)
        try domain.forgetReports()
        #expect(try await domain.perform(.start).outcome == .asWanted)
        let after = try await domain.guest { $0.disks.count >= 4 }
        let known = Dictionary(after.functions.map { ($0.guestPath, $0) }, uniquingKeysWith: { $1 })
        for function in before.functions {
          #expect(
            known[function.guestPath] == function, "\(function.path) is \(known[function.guestPath]?.path ?? "gone")")
        }
        let settled = try await domain.reconcile(document(base + three))
        #expect(settled.outcome == .asWanted, "\(settled.nextBoot)")
      }
    }

    // MARK: Startability

    @Test func `T15: a device that libvirt takes and could not start with is refused, and nothing is changed`()
      async throws
    {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let made = domain.document([root], power: "stopped")
        #expect(try await domain.reconcile(made).outcome == .asWanted)
        let file = "\(domain.folder)/x.img"
        try Data(count: 1 << 20).write(to: URL(filePath: file))
        let disk =
          "{id: x, xml: \"<disk type='file'><driver name='qemu' type='raw' iothread='7'/><source file='\(file)'/>"
          + "<target dev='vdb' bus='virtio'/></disk>\"}"
        let before = try await domain.xml(.persistent)
        let report = try await domain.reconcile(domain.document([root, disk], power: "stopped"))
        #expect(report.outcome == .refused, "\(report.summary) \(report.problems)")
        #expect(report.problems.map(\.code.rawValue) == ["would-not-start"])
        let after = try DomainDefinition(try await domain.xml(.persistent))
        #expect(after.device(alias: "ua-x") == nil)
        #expect(try DomainDefinition(before).devices.count == after.devices.count)
      }
    }

    @Test func `a start that fails names what was changed since the last good one, and the way back`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let data = try domain.disk("data", target: "vdb")
        #expect(try await domain.reconcile(domain.document([root], boots: false)).outcome == .asWanted)
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        #expect(
          try await domain.reconcile(domain.document([root, data], power: "stopped", boots: false)).outcome == .asWanted
        )
        try FileManager.default.removeItem(atPath: "\(domain.folder)/data.img")
        let report = try await domain.perform(.start)
        let problem = try #require(report.problems.first)
        #expect(problem.message.contains("changed since its last good start: attach data"), "\(problem.message)")
        #expect(problem.remedy == "vmctl show \(domain.name) --document --generation 1 | vmctl reconcile -f -")
        #expect(try await domain.report().failedStart)
        let back = try await domain.control.document(of: domain.name, generation: 1)
        let undone = try await domain.reconcile(String(decoding: back.bytes, as: UTF8.self))
        #expect(undone.outcome == .asWanted, "\(undone.problems)")
        #expect(try await !domain.report().failedStart)
      }
    }

    // MARK: Operations

    @Test func `a disk grows while the guest runs, and never shrinks`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        #expect(try await domain.reconcile(domain.document([root], boots: false)).outcome == .asWanted)
        let grown = try await domain.perform(.resize, device: "root", size: 4 << 20)
        #expect(grown.outcome == .asWanted, "\(grown.problems)")
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(domain.folder)/root.img")
        #expect(attributes[.size] as? UInt64 == 4 << 20)
        #expect(try await domain.perform(.resize, device: "root", size: 1 << 20).outcome == .refused)
        #expect(
          try await domain.perform(.resize, device: "none", size: 8 << 20).problems.first?.code == "no-such-device")
      }
    }

    @Test func `I8: a password is set on both sides and is in no file of vmctl's and no answer`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let document = domain.document([root], boots: false, graphics: "vnc")
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        let canary = "canary1"
        // QEMU gives a screen a password only where it was started with one.
        let first = try await domain.perform(.password, secret: "first")
        #expect(first.outcome == .nextBoot, "\(first.problems)")
        #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        let report = try await domain.perform(.password, secret: canary)
        #expect(report.outcome == .asWanted, "\(report.problems)")
        #expect(!"\(report)".contains(canary))
        #expect(try await !domain.xml(.live).shown.contains(canary))
        try await domain.behindItsBack { connection, uuid in
          for side in Side.allCases {
            try await connection.updateSecurely(uuid, side: side) { text in
              let isSet = text.shown.contains("passwd='\(canary)'")
              #expect(isSet, "not set on the \(side) side")
              return (try? DomainDocument(text))?.root.elements(at: "devices/graphics").first?.source
            }
          }
        }
        for file in try FileManager.default.contentsOfDirectory(atPath: domain.folder + "/store") {
          let bytes = FileManager.default.contents(atPath: "\(domain.folder)/store/\(file)") ?? Data()
          #expect(bytes.range(of: Data(canary.utf8)) == nil, "\(file)")
        }
        #expect(try await domain.plan(document).steps.isEmpty)
      }
    }

    // MARK: unlisted: remove (R4)

    @Test func `what no document names goes, where that is meant`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ more: String = "") -> String { domain.document([root], settings: more) }
        #expect(try await domain.reconcile(document()).outcome == .asWanted)
        _ = try await domain.guest()
        try await domain.behindItsBack { connection, uuid in
          let rng = XMLText("<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>")
          for side in Side.allCases { try await connection.attach(rng, to: uuid, side: side) }
        }
        #expect(try await domain.plan(document()).steps.isEmpty)
        let report = try await domain.reconcile(document("unlisted: remove"), timeout: 60_000)
        #expect(report.outcome == .asWanted, "\(report.problems) \(report.waiting) \(report.refused)")
        for side in Side.allCases { #expect(try await !domain.xml(side).shown.contains("<rng")) }
        #expect(try await domain.plan(document("unlisted: remove")).steps.isEmpty)
      }
    }
  }
}

extension DomainReport {
  /// Whether it is said that the domain did not start.
  fileprivate var failedStart: Bool {
    conditions.contains { $0.type == "Stalled" && $0.isTrue && $0.reasons.contains { $0.reason == "StartFailed" } }
  }
}
