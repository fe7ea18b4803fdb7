import DomainXML
import Intent
import Testing
import Vocabulary

/// Short forms and `xml:` meet in one value (A9).
@Suite struct DeviceDocumentTests {
  static let golden: [(document: String, xml: String)] = [
    (
      "disk: {file: /srv/a.qcow2, format: qcow2, bus: virtio, target: vda}",
      """
      <disk type='file'>
        <source file='/srv/a.qcow2'/>
        <driver type='qcow2'/>
        <target dev='vda' bus='virtio'/>
      </disk>
      """
    ),
    (
      """
      disk: {block: /dev/vg/a, format: raw, bus: scsi, target: sdb, device: lun, cache: none, io: native,
        discard: unmap, readonly: true, shareable: true, serial: A-1}
      """,
      """
      <disk type='block' device='lun'>
        <source dev='/dev/vg/a'/>
        <driver type='raw' cache='none' io='native' discard='unmap'/>
        <target dev='sdb' bus='scsi'/>
        <readonly/>
        <shareable/>
        <serial>A-1</serial>
      </disk>
      """
    ),
    (
      "disk: {file: '/srv/it''s <a> & b.raw', format: raw, bus: sata, target: sda, readonly: false}",
      """
      <disk type='file'>
        <source file='/srv/it&apos;s &lt;a&gt; &amp; b.raw'/>
        <driver type='raw'/>
        <target dev='sda' bus='sata'/>
      </disk>
      """
    ),
    (
      "interface: {network: default, mac: 52:54:00:12:34:56, model: e1000e, link: down, mtu: 9000, queues: 4}",
      """
      <interface type='network'>
        <mac address='52:54:00:12:34:56'/>
        <source network='default'/>
        <model type='e1000e'/>
        <link state='down'/>
        <mtu size='9000'/>
        <driver queues='4'/>
      </interface>
      """
    ),
    (
      "interface: {bridge: br0}",
      """
      <interface type='bridge'>
        <source bridge='br0'/>
      </interface>
      """
    ),
  ]

  @Test(arguments: golden.indices) func `a short form is this XML`(_ index: Int) throws {
    let (document, xml) = DeviceDocumentTests.golden[index]
    let device = try Documents.device("id: a\n" + document)
    #expect(try #require(device.element).source.shown == xml)
  }

  @Test func `alias, address and boot order of XML are kept apart from the content`() throws {
    let device = try Documents.device(
      """
      id: root
      xml: |
        <disk type='file' device='disk'>
          <alias name='ua-root'/>
          <source file='/a'/>
          <target dev='vda' bus='virtio'/>
          <boot order='3'/>
          <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
        </disk>
      """)
    #expect(device.bootOrder == 3)
    #expect(device.address == .pci(PCIAddress(bus: 4, slot: 0)))
    #expect(try #require(device.element).children.map(\.name) == ["source", "target"])
  }

  @Test func `an address that is no slot stays, and one that only names its type chooses nothing`() throws {
    let isa = try Documents.device(
      "id: a\nxml: <panic model='isa'><address type='isa' iobase='0x505'/></panic>")
    #expect(isa.address == nil)
    #expect(isa.element?.value(at: "address/@iobase") == "0x505")
    let open = try Documents.device("id: a\nxml: <rng><address type='pci'/></rng>")
    #expect(open.address == nil)
    #expect(open.element?.child("address") == nil)
  }

  @Test func `XML of any kind is taken, also of one that nobody knows yet`() throws {
    for xml in ["<vsock model='virtio'/>", "<hostdev mode='subsystem' type='usb'/>", "<holodeck/>"] {
      let device = try Documents.device("id: a\nxml: \(xml)")
      #expect(xml.hasPrefix("<" + device.kind.name))
    }
  }

  @Test func `what a kind can boot from is the catalogue's word`() throws {
    for xml in ["<disk><target dev='vda'/></disk>", "<interface/>", "<hostdev/>", "<redirdev/>"] {
      #expect(try Documents.device("id: a\nbootOrder: 1\nxml: \(xml)").bootOrder == 1)
    }
  }

  @Test func `files and networks that the document names are known beforehand`() throws {
    let document = try Documents.spec(
      """
      creation: {memory: 1 GiB, kernel: /boot/k, initrd: /boot/i}
      devices:
      - {id: a, disk: {file: /srv/a, format: raw, bus: virtio, target: vda}}
      - {id: b, disk: {block: /dev/b, format: raw, bus: virtio, target: vdb}}
      - {id: c, interface: {network: lan}}
      - {id: d, xml: <interface type='network'><source network='wan'/></interface>}
      - {id: e, interface: {bridge: br0}}
      - {id: f, reference: {disk: vdz}}
      """)
    #expect(document.mentionedPaths == ["/boot/k", "/boot/i", "/srv/a", "/dev/b"])
    #expect(document.mentionedNetworks == ["lan", "wan"])
    let given = try Documents.spec(
      """
      creation:
        xml: |
          <domain>
            <os><kernel>/boot/k</kernel><loader>/fw</loader></os>
            <devices>
              <disk><source file='/srv/x'/><target dev='vda'/></disk>
              <interface type='network'><source network='dmz'/></interface>
            </devices>
          </domain>
      """)
    #expect(given.mentionedPaths == ["/boot/k", "/fw", "/srv/x"])
    #expect(given.mentionedNetworks == ["dmz"])
  }
}
