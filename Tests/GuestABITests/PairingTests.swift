import DomainXML
import GuestABI
import Testing
import Vocabulary

/// libvirt pairs devices by their place in its lists; findings pair them by who they are.
@Suite struct PairingTests {
  private static func disk(_ name: String, _ bus: Int, alias: String? = nil, serial: String? = nil) -> String {
    """
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <target dev='\(name)' bus='virtio'/>
      \(serial.map { "<serial>\($0)</serial>" } ?? "")
      \(alias.map { "<alias name='\($0)'/>" } ?? "")
      <address type='pci' domain='0x0000' bus='0x0\(bus)' slot='0x00' function='0x0'/>
    </disk>

    """
  }

  private static func card(_ mac: Int, _ bus: Int) -> String {
    """
    <interface type='user'>
      <mac address='52:54:00:00:00:0\(mac)'/>
      <model type='virtio'/>
      <address type='pci' domain='0x0000' bus='0x0\(bus)' slot='0x00' function='0x0'/>
    </interface>

    """
  }

  private static func domain(_ machine: String = "pc-q35-7.2", _ devices: String...) throws -> DomainDefinition {
    try DomainDefinition(
      XMLText(
        """
        <domain type='kvm'>
          <name>a</name>
          <memory unit='KiB'>1024</memory>
          <os><type arch='x86_64' machine='\(machine)'>hvm</type></os>
          <devices>
        \(devices.joined())
          </devices>
        </domain>
        """))
  }

  @Test func `a card that left is one finding, and the others are not compared with their neighbours`() throws {
    let source = try PairingTests.domain(
      "pc-q35-7.2", PairingTests.card(1, 1), PairingTests.card(2, 2), PairingTests.card(3, 3))
    let target = try PairingTests.domain("pc-q35-7.2", PairingTests.card(2, 2), PairingTests.card(3, 3))
    let comparison = ABIComparison(source, target)
    #expect(comparison.verdict == .broken)
    #expect(comparison.findings.map(\.path) == ["devices/interface[mac=52:54:00:00:00:01]"])
    #expect(comparison.findings.map(\.target) == [nil])
  }

  @Test func `cards in another order are broken to libvirt, and that is said as such`() throws {
    let comparison = ABIComparison(
      try PairingTests.domain("pc-q35-7.2", PairingTests.card(1, 1), PairingTests.card(2, 2)),
      try PairingTests.domain("pc-q35-7.2", PairingTests.card(2, 2), PairingTests.card(1, 1)))
    #expect(comparison.verdict == .broken)
    #expect(comparison.findings.map(\.rule) == ["interface/order"])
  }

  /// `virDomainDiskInsert`: libvirt sorts the disks of a bus by the number in their name.
  @Test func `disks of a bus in another order are the same list`() throws {
    let comparison = ABIComparison(
      try PairingTests.domain("pc-q35-7.2", PairingTests.disk("vda", 1), PairingTests.disk("vdb", 2)),
      try PairingTests.domain("pc-q35-7.2", PairingTests.disk("vdb", 2), PairingTests.disk("vda", 1)))
    #expect(comparison.verdict == .stable, "\(comparison.findings)")
  }

  @Test func `a disk that has an id is found by it`() throws {
    let comparison = ABIComparison(
      try PairingTests.domain("pc-q35-7.2", PairingTests.disk("vda", 1, alias: "ua-root", serial: "a")),
      try PairingTests.domain(
        "pc-q35-7.2", PairingTests.disk("vda", 2, serial: "b"),
        PairingTests.disk("vdb", 1, alias: "ua-root", serial: "a")))
    #expect(comparison.verdict == .broken)
    #expect(Set(comparison.findings.map(\.rule)) == ["disk", "disk/target/@dev"])
  }

  /// `virDomainControllerInsertPreAlloced`: controllers of a type stand together, by index.
  @Test func `controllers in another order of types within the document are the same list`() throws {
    let root = "<controller type='pci' index='0' model='pcie-root'/>"
    let sata = "<controller type='sata' index='0'/>"
    let port = "<controller type='pci' index='1' model='pcie-root-port'/>"
    let comparison = ABIComparison(
      try PairingTests.domain("pc-q35-7.2", root, sata, port), try PairingTests.domain("pc-q35-7.2", root, port, sata))
    #expect(comparison.verdict == .stable, "\(comparison.findings)")
    let other = ABIComparison(
      try PairingTests.domain("pc-q35-7.2", root, sata), try PairingTests.domain("pc-q35-7.2", sata, root))
    #expect(other.findings.map(\.rule) == ["controller/order"])
  }

  /// What libvirt prints for migration of an i440fx machine leaves out its default USB controller and PCI root, and
  /// reading it back puts them last (`qemuDomainDefFormatBufInternal`).
  @Test func `the target passes in the form that libvirt prints for migration`() throws {
    let usb = """
      <controller type='usb' index='0' model='piix3-uhci'>
        <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>
      </controller>
      """
    let ide = "<controller type='ide' index='0'/>"
    let root = "<controller type='pci' index='0' model='pci-root'/>"
    let source = try PairingTests.domain("pc-i440fx-7.2", ide, usb, root)
    let target = try PairingTests.domain("pc-i440fx-7.2", usb, ide, root)
    #expect(ABIComparison(source, target).verdict == .stable)
    // The other way round neither form has the source's order.
    #expect(ABIComparison(target, source).verdict == .broken)
    let q35 = try PairingTests.domain("pc-q35-7.2", ide, usb, root)
    #expect(ABIComparison(q35, try PairingTests.domain("pc-q35-7.2", usb, ide, root)).verdict == .broken)
  }

  /// `virDomainInputDefFormat` leaves PS/2 keyboards out of what it prints for migration, and reading adds one at the
  /// end: both forms of the target must pass as a whole.
  @Test func `the chipset's keyboard and mouse are there whatever the document's order`() throws {
    let mouse = "<input type='mouse' bus='ps2'/>"
    let keyboard = "<input type='keyboard' bus='ps2'/>"
    let comparison = ABIComparison(
      try PairingTests.domain("pc-q35-7.2", mouse, keyboard), try PairingTests.domain("pc-q35-7.2", keyboard, mouse))
    #expect(comparison.verdict == .stable && comparison.findings.isEmpty)
    let more = try PairingTests.domain("pc-q35-7.2", mouse, keyboard, keyboard)
    #expect(ABIComparison(try PairingTests.domain("pc-q35-7.2", mouse, keyboard), more).verdict == .stable)
    let unsaid = try PairingTests.domain("pc-q35-7.2", mouse, "<input type='keyboard'/>")
    #expect(ABIComparison(try PairingTests.domain("pc-q35-7.2", mouse, keyboard), unsaid).findings.isEmpty)
    // On i440fx the form for migration has its controllers in another order, and the plain one its inputs.
    let controllers = """
      <controller type='usb' index='0' model='piix3-uhci'/><controller type='ide' index='0'/>
      <controller type='pci' index='0' model='pci-root'/>
      """
    let conventional = ABIComparison(
      try PairingTests.domain("pc-i440fx-7.2", controllers, mouse, keyboard),
      try PairingTests.domain("pc-i440fx-7.2", controllers, keyboard, mouse))
    #expect(conventional.findings.map(\.rule) == ["input/order"])
  }

  @Test func `a bridge that moved changes the way to what is behind it`() throws {
    let comparison = try Pair.compare(
      ("slot='0x02' function='0x1'/>", "slot='0x05' function='0x1'/>"))
    #expect(comparison.findings.contains { $0.rule == "device/address/@slot" && $0.tier == .libvirt })
    let paths = comparison.findings.filter { $0.rule.hasSuffix("/guestPath") }
    #expect(!paths.isEmpty && paths.allSatisfy { $0.tier == .guest })
  }

  @Test func `a device without a name is counted`() throws {
    let comparison = try Pair.compare(
      ("<address type='usb' bus='0' port='1'/>", "<address type='usb' bus='0' port='3'/>"))
    #expect(comparison.findings.map(\.path) == ["devices/input[1]/address/@port"])
  }

  /// The lists are libvirt's: a card given from the host counts as a host device.
  @Test func `a card that is no longer the host's leaves libvirt's list of host devices`() throws {
    let given = """
      <interface type='hostdev'>
        <mac address='52:54:00:00:00:01'/>
        <source><address type='pci' domain='0x0000' bus='0x06' slot='0x00' function='0x0'/></source>
      </interface>
      """
    let comparison = ABIComparison(
      try PairingTests.domain("pc-q35-7.2", given),
      try PairingTests.domain("pc-q35-7.2", given.replacing("type='hostdev'", with: "type='user'")))
    #expect(comparison.verdict == .broken)
    #expect(comparison.findings.contains { $0.rule == "hostdev" })
  }

  @Test func `five thousand devices in another order are compared in seconds`() throws {
    let cards = (0..<5000).map { index in
      "<interface type='user'><mac address='52:54:00:00:\(hex(index / 256, width: 2)):\(hex(index % 256, width: 2))'/>"
        + "<model type='virtio'/></interface>"
    }
    let source = try PairingTests.domain("pc-q35-7.2", cards.joined())
    let target = try PairingTests.domain("pc-q35-7.2", cards.reversed().joined())
    let clock = ContinuousClock()
    let took = clock.measure { #expect(ABIComparison(source, target).verdict == .broken) }
    #expect(took < .seconds(15))
  }
}
