import Testing
import Vocabulary

/// The store and the metadata keep slots as text: what is written is read again.
@Suite struct SlotTests {
  static let slots: [Slot] = [
    .pci(PCIAddress(domain: 0, bus: 5, slot: 0x1f, function: 7)),
    .drive(DriveAddress(interface: "scsi", controller: 1, bus: 0, target: 2, unit: 3)),
    .usb(bus: 0, port: "1.2"), .virtioSerial(controller: 0, bus: 0, port: 3), .dimm(slot: 2, base: 0x1_0000_0000),
    .dimm(slot: 0, base: nil), .ccw(cssid: 0xfe, ssid: 0, device: 0x12),
  ]

  @Test(arguments: slots) func `a slot's text reads back`(_ slot: Slot) {
    #expect(Slot(slot.description) == slot)
  }

  @Test(arguments: ["", "pci", "pci 0000:05", "drive scsi 1:2", "usb 0", "tape 1"])
  func `what is no slot is none`(_ text: String) {
    #expect(Slot(text) == nil)
  }

  @Test func `ids and names are held to their rules`() {
    #expect(DeviceID("data-1") != nil)
    for bad in ["", "-a", "A", "a_b", "a.b", String(repeating: "a", count: 49)] { #expect(DeviceID(bad) == nil) }
    #expect(DeviceID(alias: "ua-data")?.text == "data")
    #expect(DeviceID(alias: "net0") == nil)
    #expect(DomainName("web-1.x_y") != nil)
    for bad in ["", "..", ".a", "-a", "a/b", "a b", "ä"] { #expect(DomainName(bad) == nil) }
  }

  @Test func `a UUID reads with and without hyphens and prints as libvirt does`() {
    let text = "0b7c1d2e-3f40-4152-8364-75869708a9bc"
    #expect(UniversalID(text)?.description == text)
    #expect(UniversalID("0B7C1D2E3F4041528364" + "75869708A9BC")?.description == text)
    #expect(UniversalID("0b7c") == nil)
  }
}
