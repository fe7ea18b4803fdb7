import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import TestSupport
import Testing
import Vocabulary

extension Live {
  /// Domains that somebody else made (E7, design section 9).
  @Suite(.serialized, .needsHost, .timeLimit(.minutes(15))) struct Adoption {
    @Test(arguments: ["pc", "q35"])
    func `adopting writes our metadata and nothing else, and what was printed plans empty after a restart`(
      _ machine: String
    ) async throws {
      try await LiveDomain.with(machine: machine) { domain in
        try await defineBehindItsBack(domain, running: true)
        let before = try await domain.observe()

        let proposal = try await domain.control.adoption(of: domain.name)
        #expect(proposal.plan.steps.map(\.action) == ["setMetadata", "setMetadata"])
        #expect(proposal.plan.refused.isEmpty)
        #expect(domain.mutatingCalls == 0)
        #expect(!FileManager.default.fileExists(atPath: domain.storePath))

        let report = try await domain.perform(.adopt)
        #expect(report.outcome == .asWanted, "\(report)")
        for side in Side.allCases {
          let old = try DomainDefinition(try #require(before.xml(side)))
          let new = try await domain.definition(side)
          #expect(ManagedState(in: new)?.bindings.isEmpty == false)
          #expect(new.devices.map(\.element.canonicalForm) == old.devices.map(\.element.canonicalForm))
        }
        #expect(try await domain.plan(proposal.document).steps.isEmpty)

        try await domain.behindItsBack { connection, uuid in
          try await connection.destroy(uuid)
          try await connection.start(uuid)
        }
        let again = try await domain.plan(proposal.document)
        #expect(again.steps.isEmpty, "\(again.steps)")
        #expect(again.refused.isEmpty && again.drift.isEmpty)
        domain.forgetCalls()
        #expect(try await domain.reconcile(proposal.document).outcome == .asWanted)
        #expect(domain.mutatingCalls == 0)
        #expect(try await domain.perform(.adopt).problems.map(\.code.rawValue) == ["managed-already"])

        #expect(try await domain.perform(.forget).outcome == .asWanted)
        #expect(try await domain.definition(.persistent).metadata(namespace: ManagedState.namespace) == nil)
      }
    }

    @Test func `two like devices are bound by their slots, and the one that is removed is the one that is meant`()
      async throws
    {
      try await LiveDomain.with { domain in
        try await defineBehindItsBack(domain, running: false)
        let proposal = try await domain.control.adoption(of: domain.name)
        #expect(try await domain.perform(.adopt).outcome == .asWanted)
        let devices = try await domain.report().devices.filter { $0.kind == "rng" }
        #expect(devices.compactMap(\.id) == ["rng-0", "rng-1"])

        let lines = proposal.document.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.contains("'rng-0'") })
        let end = lines[(start + 1)...].firstIndex { $0.hasPrefix("  - id:") } ?? lines.endIndex
        let without = (lines[..<start] + lines[end...]).joined(separator: "\n")
        let report = try await domain.reconcile(without)
        #expect(report.outcome == .asWanted, "\(report)")
        let left = try await domain.report().devices.filter { $0.kind == "rng" }
        #expect(left.map(\.slot) == devices.filter { $0.id == "rng-1" }.map(\.slot))
      }
    }

    private func defineBehindItsBack(_ domain: LiveDomain, running: Bool) async throws {
      for name in ["root", "shelf"] { _ = try domain.disk(name, target: "vda") }
      let text = """
        <domain type='qemu'><name>\(domain.name)</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='\(domain.machine)'>hvm</type><boot dev='hd'/></os><features><acpi/></features>
        <metadata><x:note xmlns:x='urn:theirs'>as it was &amp; is</x:note></metadata>
        <devices>
        <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='\(domain.folder)/root.img'/>
        <target dev='vda' bus='virtio'/></disk>
        <disk type='file' device='disk'><source file='\(domain.folder)/shelf.img'/><target dev='sda' bus='scsi'/></disk>
        <interface type='network'><source network='\(domain.host.network)'/><model type='virtio'/></interface>
        <interface type='network'><source network='\(domain.host.network)'/><model type='e1000e'/></interface>
        <serial type='pty'/><channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
        <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
        <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
        <input type='tablet' bus='usb'/><sound model='ich6'/><watchdog model='i6300esb' action='reset'/>
        <graphics type='vnc' port='-1'/><video><model type='vga'/></video>
        </devices></domain>
        """
      let connection = try await Connection.open(uri: domain.host.uri, readOnly: false)
      do {
        let uuid = try await connection.create(XMLText(text))
        if running { try await connection.start(uuid) }
        await connection.close()
      } catch {
        await connection.close()
        throw error
      }
    }
  }
}
