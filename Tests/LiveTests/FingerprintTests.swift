import Control
import DomainXML
import Foundation
import GuestABI
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// I3: what the guest sees is the same over everything that happens to a domain, save what a plan named.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Fingerprints {
    /// Lines of what the guest sees, by side.
    private typealias Seen = [Side: [String]]

    private func seen(_ domain: LiveDomain, on uri: String? = nil) async throws -> Seen {
      let connection = try await Connection.open(uri: uri ?? domain.host.uri, readOnly: true)
      let found = try await connection.observe(.name(domain.name))
      await connection.close()
      var seen: Seen = [:]
      for side in Side.allCases {
        guard let text = found?.xml(side) else { continue }
        seen[side] = ABIProjection(try DomainDefinition(text)).lines
      }
      return seen
    }

    private func devices(_ domain: LiveDomain) throws -> [String] {
      [
        try domain.disk("root", target: "vda", extra: ", bootOrder: 1"), try domain.disk("data", target: "vdb"),
        domain.card("lan"),
      ]
    }

    @Test(arguments: ["pc", "q35"])
    func `stop and start, libvirtd's restart, save and restore leave it as it is`(_ machine: String) async throws {
      try await PrivateHost.with { host in
        try await LiveDomain.with(machine: machine, on: host) { domain in
          let document = domain.document(try devices(domain), boots: false)
          #expect(try await domain.reconcile(document).outcome == .asWanted)
          let first = try await seen(domain)
          #expect(first.count == 2)

          #expect(try await domain.perform(.restart, force: true, timeout: 500).outcome == .asWanted)
          #expect(try await seen(domain) == first, "stop and start")
          try host.restartDaemon()
          #expect(try await seen(domain) == first, "libvirtd's restart")
          try host.killDaemon()
          #expect(try await seen(domain) == first, "libvirtd's crash")
          try domain.virsh("managedsave", domain.name)
          #expect(try await seen(domain)[.persistent] == first[.persistent], "saved")
          let saved = try await domain.control.check(HostCheckRequest(host: [.uri(host.uri)]))
          #expect(saved.guests.map(\.form) == ["domain", "managedSave"] && saved.verdict == .same, "\(saved)")
          #expect(try await domain.perform(.start).outcome == .asWanted)
          #expect(try await seen(domain) == first, "save and restore")
          try host.powerLoss()
          #expect(try await domain.reconcile(document).outcome == .asWanted)
          #expect(try await seen(domain) == first, "power loss")
        }
      }
    }

    @Test func `a plan changes what it names, and nothing else`() async throws {
      try await LiveDomain.with { domain in
        let devices = try devices(domain)
        #expect(try await domain.reconcile(domain.document(devices, boots: false)).outcome == .asWanted)
        let before = try await seen(domain)
        let entropy = "{id: entropy, xml: \"<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>\"}"
        #expect(try await domain.reconcile(domain.document(devices + [entropy], boots: false)).outcome == .asWanted)
        let after = try await seen(domain)
        for side in Side.allCases {
          let (old, new) = (try #require(before[side]), try #require(after[side]))
          let difference = new.difference(from: old)
          #expect(difference.removals.isEmpty, "\(side): \(difference)")
          guard case .insert(_, let first, _) = try #require(difference.insertions.first) else { continue }
          #expect(first.hasPrefix("rng at "), "\(side): \(difference)")
          #expect(
            difference.insertions.dropFirst().allSatisfy {
              if case .insert(_, let line, _) = $0 { line.hasPrefix("  ") } else { false }
            })
        }
      }
    }

    @Test func `T9: DIMMs that were plugged are where they were after stop and start`() async throws {
      try await LiveDomain.with { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        func document(_ ids: [String]) -> String {
          domain.document(
            [root] + ids.map { "{id: \($0), memory: {model: dimm, size: 128 MiB}}" },
            hotplugMemory: "{limit: 2 GiB, slots: 4}")
        }
        #expect(try await domain.reconcile(document([])).outcome == .asWanted)
        _ = try await domain.guest()
        let bare = try await seen(domain)
        let plugged = try await domain.reconcile(document(["a", "b"]))
        #expect(plugged.outcome == .asWanted, "\(plugged.problems)")
        let first = try await seen(domain)
        for side in Side.allCases {
          let lines = try #require(first[side]).difference(from: try #require(bare[side]))
          // The memory as a whole grows by what was plugged.
          #expect(
            lines.allSatisfy { change in
              switch change {
              case .insert(_, let line, _), .remove(_, let line, _):
                line.hasPrefix("memory") || line.hasPrefix("  ") || line.hasPrefix("currentMemory")
              }
            }, "\(side): \(lines)")
        }
        #expect(try await domain.perform(.stop, timeout: 60_000).outcome == .asWanted)
        #expect(try await domain.perform(.start).outcome == .asWanted)
        #expect(try await seen(domain) == first)
      }
    }

    @Test func `live migration to another host leaves it as it is`() async throws {
      try await PrivateHost.with { there in
        try await LiveDomain.with { domain in
          #expect(try await domain.reconcile(domain.document(try devices(domain), boots: false)).outcome == .asWanted)
          let before = try await seen(domain)
          // QEMU to QEMU over a socket in a folder that both hosts see; the images stand at the same path for both.
          try domain.virsh(
            "migrate", "--live", "--persistent", "--undefinesource", "--unsafe", domain.name, there.uri,
            "--migrateuri", "unix://\(there.images)/migration.sock")
          #expect(try await seen(domain) == [:])
          let after = try await seen(domain, on: there.uri)
          #expect(after == before)
          let connection = try await Connection.open(uri: there.uri, readOnly: false)
          let found = try #require(try await connection.observe(.name(domain.name)))
          try await connection.destroy(found.uuid)
          try await connection.undefine(found.uuid, [])
          await connection.close()
        }
      }
    }
  }
}
