import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import Store
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// A host goes from one Debian to the next, and what `vmctl abi check` said before is held against what becomes of
  /// its guests (D9, A7, I3).
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(30))) struct Upgrades {
    private static let release = "trixie"

    @Test func `D9: what is said of each guest before the upgrade is what becomes of it`() async throws {
      let canary = try await PrivateHost.with(release: Upgrades.release) { host in
        try await control(host).capture(machines: [])
      }
      #expect(canary.libvirt >= Version(11, 3) && canary.hypervisor >= Version(10, 0))
      try await PrivateHost.with { host in
        let connection = try await Connection.open(uri: host.uri, readOnly: false)
        for guest in UpgradedGuest.all {
          let uuid = try await connection.create(guest.definition(host))
          try await connection.start(uuid)
        }
        await connection.close()

        let control = control(host)
        let before = try await control.snapshot()
        let report = try await control.check(HostCheckRequest(host: [try Upgrades.text(canary)]))
        try host.upgrade(to: Upgrades.release)
        await startAll(host)
        let after = try await control.verify(before)

        let said = Dictionary(report.guests.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let became = Dictionary(after.domains.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        for guest in UpgradedGuest.all {
          #expect(said[guest.name]?.verdict == guest.expected, "\(guest.name): \(String(describing: said[guest.name]))")
          #expect(
            became[guest.name]?.verdict == guest.outcome,
            "\(guest.name) was said to be \(guest.expected): \(String(describing: became[guest.name]))")
        }
        #expect(report.guests.count == UpgradedGuest.all.count && after.domains.count == report.guests.count)
        #expect(report.verdict == .willNotStart && report.verdict.outcome == .abiDiffers)
      }
    }

    @Test func `I3: the reconciler finds nothing to do on the upgraded host, and says what libvirt added`() async throws
    {
      try await PrivateHost.with { host in
        try await LiveDomain.with(on: host) { domain in
          let devices = [
            try domain.disk("root", target: "vda"), try domain.disk("data", target: "vdb"), domain.card("lan"),
          ]
          #expect(try await domain.reconcile(domain.document(devices)).outcome == .asWanted)
          #expect(try await domain.perform(.stop, force: true).outcome == .asWanted)
          let document = domain.document(devices, power: "stopped")
          #expect(try await domain.reconcile(document).outcome == .asWanted)
          let before = try await domain.definition(.persistent)
          try host.upgrade(to: Upgrades.release)

          let plan = try await domain.plan(document)
          #expect(plan.steps.isEmpty && plan.refused.isEmpty && plan.drift.isEmpty, "\(plan)")
          #expect(plan.notes.contains { $0.contains("itco") && $0.contains("libvirt") }, "\(plan.notes)")
          let report = try await domain.reconcile(document)
          #expect(report.outcome == .asWanted && report.steps.isEmpty, "\(report)")
          #expect(report.notes.contains { $0.contains("itco") })
          // What it added is the new baseline: it is said once.
          let again = try await domain.reconcile(document)
          #expect(again.outcome == .asWanted && !again.notes.contains { $0.contains("itco") }, "\(again.notes)")
          let after = try await domain.definition(.persistent)
          #expect(after.machine == before.machine)
          for device in before.devices where device.alias != nil {
            let alias = try #require(device.alias)
            #expect(after.device(alias: alias)?.slot == device.slot, "\(alias)")
          }
        }
      }
    }

    // MARK: Helpers

    private func control(_ host: PrivateHost) -> EmbeddedControl {
      EmbeddedControl(
        uri: host.uri, location: StoreLocation(path: host.images + "/store/vmctl.db"), command: "a test", time: .system
      ) { (uri, readOnly) async throws(LibvirtError) in try await Connection.open(uri: uri, readOnly: readOnly) }
    }

    private static func text(_ capture: HostCapture) throws -> HostSource {
      .text(name: "canary.json", bytes: Array(try JSONEncoder().encode(capture)))
    }

    /// Each by itself: some will not.
    private func startAll(_ host: PrivateHost) async {
      guard let connection = try? await Connection.open(uri: host.uri, readOnly: false) else { return }
      for domain in (try? await connection.domains()) ?? [] where !domain.state.isActive {
        try? await connection.start(domain.uuid)
      }
      await connection.close()
    }
  }
}
