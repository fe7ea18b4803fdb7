import Control
import DomainXML
import Libvirt
import Testing
import Vocabulary

extension Live {
  /// The scenarios that every regenerating tool gets wrong (D3, D4, T3), on a real hypervisor, seen from inside.
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct GoldScenarios {
    @Test(arguments: ["pc", "q35"])
    func `D3: a volume that was hotplugged keeps its place, and so does everything else, over a cold boot`(
      _ machine: String
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let config = try domain.disk("config", target: "vdb")
        let volume = try domain.disk("volume", target: "vdc")
        #expect(try await domain.reconcile(domain.document([root, config])).outcome == .asWanted)
        _ = try await domain.guest { $0.disks["config"] != nil }

        #expect(try await domain.reconcile(domain.document([root, config, volume])).outcome == .asWanted)
        try await coldBootChangesNothing(domain) { $0.disks["volume"] != nil }
        let devices = try await domain.report().devices
        #expect(devices.filter { $0.id != nil }.compactMap(\.id) == ["root", "config", "volume"])
        #expect(devices.contains { $0.kind == "memballoon" })
      }
    }

    @Test(arguments: ["pc", "q35"])
    func `D4: so does a card, which libvirt's own allocation would put before every disk`(
      _ machine: String
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vda", extra: ", bootOrder: 1")
        let config = try domain.disk("config", target: "vdb")
        #expect(try await domain.reconcile(domain.document([root, config])).outcome == .asWanted)
        _ = try await domain.guest { $0.disks["config"] != nil }

        let grown = domain.document([root, config, domain.card("lan")])
        #expect(try await domain.reconcile(grown).outcome == .asWanted)
        try await coldBootChangesNothing(domain) { !$0.cards.isEmpty }
      }
    }

    @Test(arguments: ["pc", "q35"])
    func `T3: a data disk whose target sorts before the root disk's does not become the boot disk`(
      _ machine: String
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        let root = try domain.disk("root", target: "vdb", extra: ", bootOrder: 1")
        let data = try domain.disk("data", target: "vda")
        #expect(try await domain.reconcile(domain.document([root])).outcome == .asWanted)
        _ = try await domain.guest { $0.disks["root"] != nil }
        #expect(try await domain.reconcile(domain.document([root, data])).outcome == .asWanted)
        try await coldBootChangesNothing(domain) { $0.disks["data"] != nil }

        let persistent = try await domain.definition(.persistent)
        #expect(persistent.device(alias: "ua-root")?.bootOrder == 1)
        #expect(persistent.device(alias: "ua-data")?.bootOrder == nil)
        #expect(persistent.root.child("os")?.child("boot") == nil)
        try await domain.behindItsBack { connection, _ in
          let line = try await connection.nativeCommandLine(for: persistent.document.text).shown
          let booted = line.split(separator: " ").filter { $0.contains("bootindex") }
          #expect(booted.count == 1)
          #expect(booted.allSatisfy { $0.contains("ua-root") })
        }
      }
    }

    /// Stops and starts the guest, and compares everything that it can see before and after.
    private func coldBootChangesNothing(
      _ domain: LiveDomain, until ready: (GuestReport) -> Bool
    ) async throws {
      let before = try await domain.report()
      // The guest reads its PCI functions before its disks: a report may have a new disk and not yet its function.
      func isWhole(_ guest: GuestReport) -> Bool {
        ready(guest) && before.devices.compactMap(\.guestPath).allSatisfy { guest.function(at: $0) != nil }
      }
      let guestBefore = try await domain.guest(isWhole)
      let definitionBefore = try await domain.definition(.live)
      try everyPathIsTheGuests(before, guestBefore)

      #expect(try await domain.perform(.stop).outcome == .asWanted)
      #expect(try await domain.observe().state == .shutOff)
      try domain.forgetReports()
      #expect(try await domain.perform(.start).outcome == .asWanted)
      let guestAfter = try await domain.guest(isWhole)
      let after = try await domain.report()
      let definitionAfter = try await domain.definition(.live)

      #expect(guestAfter == guestBefore)
      #expect(after.devices.map(\.slot) == before.devices.map(\.slot))
      #expect(after.devices.map(\.id) == before.devices.map(\.id))
      #expect(after.devices.map(\.guestPath) == before.devices.map(\.guestPath))
      #expect(after.devices.allSatisfy { $0.persistentSlot == nil && $0.sides == ["live", "persistent"] })
      #expect(definitionAfter.machine == definitionBefore.machine)
      #expect(definitionAfter.machine.contains("-") && definitionAfter.machine != domain.machine)
      #expect(definitionAfter.cpu?.canonicalForm == definitionBefore.cpu?.canonicalForm)
    }

    /// Each PCI slot of the XML is where the guest sees a device, by path and by address.
    private func everyPathIsTheGuests(_ report: DomainReport, _ guest: GuestReport) throws {
      var checked = 0
      for device in report.devices {
        guard let path = device.guestPath else { continue }
        let function = try #require(guest.function(at: path), "\(device.kind) \(device.id ?? "-") at \(path)")
        #expect(function.address == "0000:" + (device.guestAddress ?? ""), "\(device.kind) \(device.id ?? "-")")
        checked += 1
      }
      #expect(checked >= 5)
    }
  }
}
