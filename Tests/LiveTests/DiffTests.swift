import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// Who is behind a difference, and who chose a value, on the real hypervisor.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Diff {
    @Test
    func `R7, R8, I10: libvirt, vmctl, a snapshot and a foreign hand are told apart, and looking changes nothing`()
      async throws
    {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let first = domain.document([root, domain.card("lan")], boots: false)
        #expect(try await domain.reconcile(first).outcome == .asWanted)
        let fresh = try await domain.control.differences(of: domain.name).differences
        #expect(fresh.filter { $0.by != .libvirt }.isEmpty, "\(fresh.filter { $0.by != .libvirt })")
        #expect(fresh.contains { $0.device == "lan" && $0.path == "target/@dev" })

        let second = domain.document([root, domain.card("lan", extra: ", mtu: 1400")], boots: false)
        #expect(try await domain.reconcile(second).outcome == .nextBoot)
        try domain.virsh(
          "snapshot-create-as", domain.name, "--disk-only", "--no-metadata", "--diskspec",
          "vda,file=\(domain.folder)/snap.qcow2")
        _ = try domain.disk("other", target: "vdx")
        try domain.virsh("attach-disk", domain.name, "\(domain.folder)/other.img", "vdx", "--config")

        domain.forgetCalls()
        let store = FileManager.default.contents(atPath: domain.storePath)
        let rows = try await domain.control.differences(of: domain.name).differences.filter { $0.by != .libvirt }
        let source = try #require(rows.first { $0.device == "root" && $0.path == "source/@file" })
        #expect(source.by == .snapshot)
        #expect(source.wanted == "\(domain.folder)/root.img")
        #expect(source.live == "\(domain.folder)/snap.qcow2")
        let mtu = try #require(rows.first { $0.path == "mtu/@size" })
        #expect([mtu.device, mtu.wanted, mtu.live, mtu.persistent] == ["lan", "1400", nil, "1400"])
        #expect(mtu.by == .vmctl)
        #expect(mtu.why?.contains("next boot") == true)
        let disk = try #require(rows.first { $0.device == nil && $0.kind == "disk" })
        #expect(
          [disk.key, disk.path, disk.wanted, disk.live, disk.persistent] == ["target=vdx", nil, nil, nil, "attached"])
        #expect(disk.by == .foreign)
        #expect(rows.filter { $0.by == .foreign }.count == 1, "\(rows)")
        #expect(domain.mutatingCalls == 0)
        #expect(FileManager.default.contents(atPath: domain.storePath) == store)
      }
    }

    @Test
    func `T13: blame of a MAC that vmctl chose names the policy and the operation, of a foreign link the foreigner`()
      async throws
    {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        #expect(try await domain.reconcile(domain.document([root], boots: false)).outcome == .asWanted)
        let attached = try await domain.reconcile(domain.document([root, domain.card("lan")], boots: false))
        #expect(attached.outcome == .asWanted)
        func value(_ path: String, _ side: Side? = nil) async throws -> ProvenanceDocument.Value {
          let values = try await domain.control.provenance(of: domain.name).values
          return try #require(values.first { $0.device == "lan" && $0.path == path && $0.side == side })
        }
        let mac = try await value("mac/@address")
        #expect(mac.by == .vmctl)
        #expect(mac.why?.contains("T13") == true)
        #expect(mac.operation == attached.id)
        #expect(mac.step == attached.steps.first { $0.action == "attach" && $0.side == "live" }?.order)
        let unstated = try await domain.control.provenance(of: domain.name).values.filter { $0.by == .foreign }
        #expect(unstated.isEmpty, "\(unstated)")

        let card = try await value("target/@dev", .live)
        #expect(card.by == .libvirt)
        try domain.virsh("domif-setlink", domain.name, card.value, "down")
        let link = try await value("link/@state", .live)
        #expect(link.value == "down")
        #expect(link.by == .foreign)
      }
    }
  }
}
