import DomainXML
import Testing
import Vocabulary

/// Design section 2: the guest path is the chain of device.function, and the bus number follows from it (T6).
@Suite struct GuestPathTests {
  private static func controller(_ index: Int, _ model: String, _ address: (bus: Int, slot: Int, function: Int)?)
    -> String
  {
    let place = address.map {
      "<address type='pci' domain='0x0000' bus='0x0\($0.bus)' slot='0x0\($0.slot)' function='0x\($0.function)'/>"
    }
    return "<controller type='pci' index='\(index)' model='\(model)'>\(place ?? "")</controller>"
  }

  private static func disk(bus: Int, slot: Int) -> String {
    "<disk><target dev='vda' bus='virtio'/><address type='pci' bus='0x0\(bus)' slot='0x0\(slot)' function='0x0'/></disk>"
  }

  @Test func `a lower bridge moves the numbers of those above it`() throws {
    let before = try domain([
      Self.controller(0, "pcie-root", nil), Self.controller(1, "pcie-root-port", (0, 2, 0)),
      Self.controller(2, "pcie-root-port", (0, 6, 0)), Self.disk(bus: 2, slot: 0),
    ])
    let after = try domain([
      Self.controller(0, "pcie-root", nil), Self.controller(1, "pcie-root-port", (0, 2, 0)),
      Self.controller(2, "pcie-root-port", (0, 6, 0)), Self.controller(3, "pcie-root-port", (0, 3, 0)),
      Self.disk(bus: 2, slot: 0),
    ])
    #expect(before.paths == ["06.0/00.0"])
    #expect(before.addresses == ["02:00.0"])
    #expect(after.paths == ["06.0/00.0"])
    #expect(after.addresses == ["03:00.0"])
  }

  @Test func `functions of one slot count in order, and bridges behind bridges first`() throws {
    let domain = try domain([
      Self.controller(0, "pcie-root", nil), Self.controller(1, "pcie-root-port", (0, 2, 1)),
      Self.controller(2, "pcie-root-port", (0, 2, 0)), Self.controller(3, "pcie-to-pci-bridge", (2, 0, 0)),
      Self.disk(bus: 1, slot: 0), Self.disk(bus: 3, slot: 4),
    ])
    #expect(domain.paths == ["02.1/00.0", "02.0/00.0/04.0"])
    #expect(domain.addresses == ["03:00.0", "02:04.0"])
  }

  @Test func `a loop of bridges ends`() throws {
    let domain = try domain([
      Self.controller(0, "pcie-root", nil), Self.controller(1, "pci-bridge", (2, 1, 0)),
      Self.controller(2, "pci-bridge", (1, 1, 0)), Self.disk(bus: 1, slot: 3),
    ])
    #expect(domain.paths == [nil])
  }

  private func domain(_ devices: [String]) throws -> (paths: [String?], addresses: [String?]) {
    let text = "<domain><devices>\(devices.joined())</devices></domain>"
    let definition = try DomainDefinition(XMLText(text))
    let disks = definition.devices.filter { $0.kind.name == "disk" }
    return (
      disks.map { definition.guestPath(of: $0)?.description }, disks.map { definition.guestPath(of: $0)?.address }
    )
  }
}
