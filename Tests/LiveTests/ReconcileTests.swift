import Control
import DomainXML
import Foundation
import Libvirt
import Store
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// What a reconcile does to a real domain, and above all what it does not do.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Reconcile {
    @Test func `I9: a second reconcile makes no mutating call and no write to the store`() async throws {
      try await LiveDomain.with { domain in
        let document = domain.document(
          [try domain.disk("root", target: "vda", extra: ", bootOrder: 1"), domain.card("lan")], boots: false)
        let first = try await domain.reconcile(document)
        #expect(first.outcome == .asWanted, "\(first.problems)")
        #expect(domain.mutatingCalls > 0)

        let before = try fileState(domain)
        domain.forgetCalls()
        let second = try await domain.reconcile(document)
        #expect(second.outcome == .asWanted)
        #expect(second.steps.isEmpty)
        #expect(domain.mutatingCalls == 0)
        #expect(try fileState(domain) == before)
        #expect(try await domain.plan(document).steps.isEmpty)
        #expect(try fileState(domain) == before)
      }
    }

    @Test func `a domain with the host's CPU is planned without a write, and created with a CPU of a name`()
      async throws
    {
      try await LiveDomain.with { domain in
        let document = domain.document([try domain.disk("root", target: "vda")], power: "stopped")
          .replacing("cpu: {model: qemu64}", with: "cpu: {model: host-model}")
        let plan = try await domain.plan(document)
        #expect(!plan.steps.isEmpty && plan.refused.isEmpty, "\(plan.refused)")
        #expect(domain.mutatingCalls == 0)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        let shown = try await domain.xml(.persistent).shown
        #expect(shown.contains("<cpu mode='custom'") && !shown.contains("host-model"), "\(shown)")
        #expect(try await domain.plan(document).steps.isEmpty)
      }
    }

    /// The store's files byte for byte: stricter than `total_changes` and the WAL's size together.
    private func fileState(_ domain: LiveDomain) throws -> [String: Data] {
      var state: [String: Data] = [:]
      for suffix in ["", "-wal"] {
        state[suffix] = FileManager.default.contents(atPath: domain.storePath + suffix)
      }
      return state
    }

    @Test func `I1: over a whole history there is one definition, the first`() async throws {
      try await LiveDomain.with { domain in
        let listener = try await Connection.open(uri: domain.host.uri, readOnly: false)
        let events = try await listener.events()
        let root = try domain.disk("root", target: "vda")
        let data = try domain.disk("data", target: "vdb")
        for (devices, power) in [
          ([root], "running"), ([root, data], "running"), ([root, data, domain.card("lan")], "stopped"),
          ([root, data], "stopped"), ([root, data], "running"),
        ] {
          // Nothing answers a request to shut down here.
          if power == "stopped" {
            #expect(try await domain.perform(.stop, force: true, timeout: 200).outcome == .asWanted)
          }
          let report = try await domain.reconcile(domain.document(devices, power: power, boots: false))
          #expect(report.outcome == .asWanted, "\(report)")
        }
        let uuid = try await domain.observe().uuid
        await listener.close()

        var definitions: [Lifecycle] = []
        for await event in events {
          guard case .domain(let event) = event, event.uuid == uuid, case .lifecycle(let change) = event.kind else {
            continue
          }
          if change.event == .defined || change.event == .undefined { definitions.append(change) }
        }
        // From libvirt 11 on a persistent attach is told as an update of the definition, which it is not of ours (T30).
        #expect(definitions.filter { $0 != .definedUpdated } == [.definedAdded])
      }
    }

    @Test func `I11: a domain that somebody undefined is gone, and nothing is defined or started`() async throws {
      try await LiveDomain.with { domain in
        let document = domain.document([try domain.disk("root", target: "vda")], boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        try await domain.behindItsBack { connection, uuid in
          try await connection.destroy(uuid)
          try await connection.undefine(uuid, [])
        }
        domain.forgetCalls()
        let report = try await domain.reconcile(document)
        #expect(report.outcome.exitCode == 13)
        #expect(report.refused.map(\.code) == ["gone"])
        #expect(domain.mutatingCalls == 0)
        #expect(try await domain.report().state == "gone")
        #expect(try await domain.report().conditions.contains { $0.type == "Gone" && $0.isTrue })

        #expect(try await domain.perform(.restore).outcome == .asWanted)
        #expect(try await domain.observe().state == .shutOff)
        #expect(try await domain.plan(document).steps.map(\.action) == ["start"])
      }
    }

    @Test func `restore refuses while a disk image is in use`() async throws {
      try await LiveDomain.with { domain in
        let document = domain.document([try domain.disk("root", target: "vda")], boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        try await domain.behindItsBack { connection, uuid in
          try await connection.destroy(uuid)
          try await connection.undefine(uuid, [])
        }
        try await LiveDomain.with { other in
          let thief = "{id: root, disk: {file: \(domain.folder)/root.img, format: raw, bus: virtio, target: vda}}"
          #expect(try await other.reconcile(other.document([thief], boots: false)).outcome == .asWanted)
          domain.forgetCalls()
          let report = try await domain.perform(.restore)
          #expect(report.outcome == .refused)
          #expect(report.problems.map(\.code.rawValue) == ["image-in-use"])
          #expect(domain.mutatingCalls == 0)
        }
      }
    }

    @Test func `I7: a device attached behind vmctl's back is left alone and shown as unmanaged`() async throws {
      try await LiveDomain.with { domain in
        let document = domain.document([try domain.disk("root", target: "vda")], boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        let rng = XMLText("<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>")
        try await domain.behindItsBack { connection, uuid in
          try await connection.attach(rng, to: uuid, side: .live)
        }
        domain.forgetCalls()
        let report = try await domain.reconcile(document)
        #expect(report.outcome == .asWanted)
        #expect(domain.mutatingCalls == 0)
        #expect(try await domain.plan(document).unmanaged.contains { $0.kind == "rng" && $0.sides == ["live"] })
        #expect(try await domain.definition(.live).devices.contains { $0.kind.name == "rng" })
      }
    }

    @Test(arguments: ["pc", "q35"])
    func `R8: a managed device that somebody detached is attached again at its slot`(_ machine: String) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let document = domain.document(
          [try domain.disk("root", target: "vda"), try domain.disk("a", target: "vdb"), domain.card("lan")])
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        _ = try await domain.guest { !$0.cards.isEmpty && $0.disks["a"] != nil }
        let before = try await domain.report().devices.filter { $0.id != nil }
        for side in [Side.live, .persistent] {
          let device = try #require(try await domain.definition(side).device(alias: "ua-a")).element.source
          try await domain.behindItsBack { connection, uuid in
            try await connection.detach(device, from: uuid, side: side)
          }
        }
        _ = try await domain.guest { $0.disks["a"] == nil }
        let report = try await domain.reconcile(document)
        #expect(report.outcome == .asWanted, "\(report.problems)")
        #expect(try await domain.report().devices.filter { $0.id != nil }.map(\.slot).count == before.count)
        let after = try await domain.report().devices.first { $0.id == "a" }
        #expect(after?.slot == before.first { $0.id == "a" }?.slot)
        #expect(after?.sides == ["live", "persistent"])
      }
    }

    @Test func `B10: with the store deleted the next plan is empty, and what was managed is managed`() async throws {
      try await LiveDomain.with { domain in
        let document = domain.document(
          [try domain.disk("root", target: "vda"), domain.card("lan"), "{id: console, reference: {serial: 0}}"],
          boots: false)
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        let before = try await domain.report().devices
        try FileManager.default.removeItem(atPath: domain.folder + "/store")
        let plan = try await domain.plan(document)
        #expect(plan.steps.isEmpty, "\(plan.steps)")
        #expect(plan.refused.isEmpty)
        domain.forgetCalls()
        #expect(try await domain.reconcile(document).outcome == .asWanted)
        #expect(domain.mutatingCalls == 0)
        #expect(try await domain.report().devices == before)
      }
    }

    @Test func `a running domain is hotplugged on both sides, and its link goes down without losing anything`()
      async throws
    {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda")
        #expect(
          try await domain.reconcile(domain.document([root, domain.card("lan")], boots: false)).outcome == .asWanted)
        let before = try await domain.definition(.live).device(alias: "ua-lan")
        let down = domain.document([root, domain.card("lan", extra: ", link: down")], boots: false)
        let report = try await domain.reconcile(down)
        #expect(report.outcome == .asWanted, "\(report.problems)")
        for side in [Side.live, .persistent] {
          let card = try #require(try await domain.definition(side).device(alias: "ua-lan"))
          #expect(card.element.value(at: "link/@state") == "down")
          #expect(card.slot == before?.slot)
          #expect(card.element.value(at: "mac/@address") == before?.element.value(at: "mac/@address"))
        }
      }
    }

    @Test func `another namespace in the metadata stays byte for byte`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda")
        #expect(try await domain.reconcile(domain.document([root], boots: false)).outcome == .asWanted)
        let theirs = XMLText("<qos xmlns:x='urn:other'><x:a b='1'/>text &amp; more</qos>")
        try await domain.behindItsBack { connection, uuid in
          for side in Side.allCases {
            try await connection.setMetadata(theirs, prefix: "tune", uri: "urn:tune", of: uuid, side: side)
          }
        }
        func element(_ side: Side) async throws -> XMLText? {
          try await domain.definition(side).metadata(namespace: "urn:tune")?.source
        }
        let before = try await element(.persistent)
        #expect(before != nil)
        let grown = domain.document([root, try domain.disk("data", target: "vdb")], boots: false)
        #expect(try await domain.reconcile(grown).outcome == .asWanted)
        #expect(try await element(.persistent) == before)
        #expect(try await element(.live) != nil)
      }
    }
  }
}
