import Foundation
import Libvirt
import TestSupport
import Testing
import Vocabulary

extension Real {
  /// The fake writes what libvirt writes, byte for byte, where a test may rest on it.
  @Suite struct FakeFidelityTests {
    @Test(arguments: ContractSubject.Machine.allCases)
    func `definitions and persistent changes come out alike`(machine: ContractSubject.Machine) async throws {
      let host = try #require(PrivateHost.current)
      let connection = try await Connection.open(uri: host.uri, readOnly: false)
      let versions = try await connection.host()
      // The fake's host is of these; a newer libvirt completes a definition otherwise (T33).
      guard versions.libvirtVersion < Version(9, 1), versions.hypervisorVersion < Version(7, 3) else { return }
      let fake = FakeHypervisor(guest: .silent)
      let name = "fidelity-\(machine)"
      let definition = definition(name, machine, host)
      var documents: [(what: String, fake: String, real: String)] = []
      let real = try await connection.create(definition)
      let other = try await fake.create(definition)
      let outcome: Result<Void, any Error>
      do {
        func compare(_ what: String) async throws {
          let texts = [
            try await connection.observe(.uuid(real))?.persistent?.shown,
            try await fake.observe(.uuid(other))?.persistent?.shown,
          ].map { $0 ?? "nothing" }
          documents.append((what, texts[1], texts[0]))
        }
        try await compare("definition")
        for (what, device) in devices(machine, host) {
          try await connection.attach(device, to: real, side: .persistent)
          try await fake.attach(device, to: other, side: .persistent)
          try await compare(what)
        }
        try await connection.detach(alias: "ua-entropy", from: real, side: .persistent)
        try await fake.detach(alias: "ua-entropy", from: other, side: .persistent)
        try await compare("detach")
        let element = XMLText("<bindings generation='3'><device id='a&amp;b'/><note>x &lt; y</note></bindings>")
        for hypervisor in [connection, fake] as [any Hypervisor] {
          try await hypervisor.setMetadata(element, prefix: "vmctl", uri: "urn:v", of: real, side: .persistent)
        }
        try await compare("metadata")
        let read = [
          try await connection.metadata(uri: "urn:v", of: real, side: .persistent)?.shown,
          try await fake.metadata(uri: "urn:v", of: other, side: .persistent)?.shown,
        ]
        #expect(read[1] == read[0])
        outcome = .success(())
      } catch { outcome = .failure(error) }
      try await connection.undefine(real, [])
      await connection.close()
      try outcome.get()
      for document in documents { #expect(lineDifference(document.real, document.fake) == [], "\(document.what)") }
    }

    @Test(arguments: ContractSubject.Machine.allCases)
    func `live devices come out with the same aliases and addresses`(machine: ContractSubject.Machine) async throws {
      let host = try #require(PrivateHost.current)
      // libvirt starts no domain without its image.
      for image in ["a.raw", "b.raw"] {
        #expect(FileManager.default.createFile(atPath: host.images + "/" + image, contents: Data(count: 1 << 20)))
      }
      let connection = try await Connection.open(uri: host.uri, readOnly: false)
      let fake = FakeHypervisor(guest: .silent)
      let definition = definition("fidelity-live-\(machine)", machine, host)
      let uuid = try await connection.create(definition)
      let outcome: Result<[[String]], any Error>
      do {
        var lists: [[String]] = []
        for hypervisor in [connection, fake] as [any Hypervisor] {
          if hypervisor is FakeHypervisor { _ = try await hypervisor.create(definition) }
          for (_, device) in devices(machine, host) {
            try await hypervisor.attach(device, to: uuid, side: .persistent)
          }
          try await hypervisor.start(uuid)
          let live = try #require(try await hypervisor.observe(.uuid(uuid))?.live)
          lists.append(try deviceAddresses(in: live))
        }
        outcome = .success(lists)
      } catch { outcome = .failure(error) }
      try? await connection.destroy(uuid)
      try await connection.undefine(uuid, [])
      await connection.close()
      let lists = try outcome.get()
      #expect(lists[1].filter { !lists[0].contains($0) } == [])
      #expect(lists[0].filter { !lists[1].contains($0) } == [])
    }

    /// The lines that only one of two documents has, or all where they are the same lines in another order.
    private func lineDifference(_ real: String, _ fake: String) -> [String] {
      let lines = [real, fake].map { $0.split(separator: "\n", omittingEmptySubsequences: false) }
      let difference = lines[1].difference(from: lines[0])
      return difference.map { change in
        switch change {
        case .insert(let offset, let line, _): "fake \(offset): \(line)"
        case .remove(let offset, let line, _): "real \(offset): \(line)"
        }
      }
    }

    private func definition(_ name: String, _ machine: ContractSubject.Machine, _ host: PrivateHost) -> XMLText {
      let ports = (0...8).map {
        "<controller type='pci' index='\($0)' model='\($0 == 0 ? "pcie-root" : "pcie-root-port")'/>"
      }.joined()
      return XMLText(
        """
        <domain type='qemu'>
          <name>\(name)</name>
          <uuid>7f1a2f6e-8f0e-4d8e-9c0e-0000000000\(machine == .q35 ? "35" : "44")</uuid>
          <metadata><them:note xmlns:them="urn:them"><them:a b='c'>d &amp; e</them:a></them:note></metadata>
          <memory unit='MiB'>32</memory><vcpu>2</vcpu>
          <os><type machine='\(machine)'>hvm</type></os>
          <features><acpi/></features>
          <devices>
            \(machine == .q35 ? ports : "")
            <disk type='file'><source file='\(host.images)/a.raw'/><target dev='vdb' bus='virtio'/></disk>
            <interface type='network'>
              <source network='\(host.network)'/><model type='virtio'/><mac address='52:54:00:00:00:01'/>
            </interface>
            <serial type='file'><source path='\(host.images)/\(name).log'/></serial>
            <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
          </devices>
        </domain>
        """)
    }

    private func devices(_ machine: ContractSubject.Machine, _ host: PrivateHost) -> [(String, XMLText)] {
      let slots = machine == .q35 ? [(7, 0), (8, 0)] : [(0, 0x10), (0, 0x11)]
      func address(_ index: Int) -> String {
        let (bus, slot) = slots[index]
        return "<address type='pci' domain='0' bus='\(bus)' slot='\(slot)' function='0'/>"
      }
      return [
        (
          "a disk that sorts before another",
          XMLText(
            """
            <disk type='file' device='disk'><alias name='ua-first'/><target dev='vda' bus='virtio'/>
            <source file='\(host.images)/b.raw'/><serial>first</serial><driver name='qemu' type='raw' cache='none'/>\
            \(address(0))</disk>
            """)
        ),
        (
          "a device with an address",
          XMLText(
            "<rng model='virtio'><alias name='ua-entropy'/><backend model='random'>/dev/urandom</backend>\(address(1))</rng>"
          )
        ),
        (
          "a card without an address",
          XMLText(
            "<interface type='network'><source network='\(host.network)'/><mac address='52:54:00:00:00:02'/>"
              + "<model type='virtio'/><link state='down'/></interface>")
        ),
        (
          "a CD-ROM",
          XMLText(
            """
            <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='sda' bus='sata'/><readonly/>\
            </disk>
            """)
        ),
      ]
    }
  }
}
