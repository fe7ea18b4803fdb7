import Digests
import Foundation
import Store
import Vocabulary

/// Rows to fill a store with. Everything is a function of the arguments.
enum Sample {
  static let host = HostUUID(high: 0x1111, low: 0x2222)

  static func key(_ number: UInt64 = 1) -> DomainKey {
    DomainKey(host: host, domain: DomainUUID(high: 0xaaaa, low: number))
  }

  static func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + milliseconds) }

  static func domain(_ number: UInt64 = 1, name: String = "web-1") -> DomainRow {
    DomainRow(key: key(number), name: name, origin: .ours, createdAt: at(0))
  }

  static func side(_ text: String, libvirt: Version = Version(9, 0)) -> RecordedSide {
    side(XMLText(text), libvirt: libvirt)
  }

  static func side(_ xml: XMLText, libvirt: Version = Version(9, 0)) -> RecordedSide {
    RecordedSide(xml: xml, libvirtVersion: libvirt, hypervisorVersion: Version(7, 2), recordedAt: at(1))
  }

  static func sides(live: String? = nil, persistent: String? = nil) -> BothSides<RecordedSide?> {
    BothSides(live: live.map { side($0) }, persistent: persistent.map { side($0) })
  }

  static func intent(_ text: String, client: Int64? = nil) -> IncomingIntent {
    IncomingIntent(
      text: text.utf8, canonicalDigest: Digest(of: text), clientGeneration: client, receivedAt: at(2), source: "stdin")
  }

  static func id(_ text: String) throws -> DeviceID {
    try DeviceID(text).orThrow("'\(text)' is no device id")
  }

  static func held(_ device: String, bus: UInt64 = 5) throws -> LedgerRow {
    LedgerRow(
      device: try id(device), kind: "disk", alias: "ua-" + device, slot: .pci(PCIAddress(bus: bus, slot: 0)),
      guestPath: "02.4/00.0", naturalKey: "target=vdb", since: at(3))
  }

  static func tombstone(_ device: String, removedAt: Int64) throws -> LedgerRow {
    var row = try held(device)
    row.state = .tombstone
    row.removedAt = at(removedAt)
    return row
  }

  static func applied(_ device: String) throws -> AppliedDevice {
    AppliedDevice(
      id: try id(device), kind: "disk", alias: "ua-" + device, appliedXMLDigest: Digest(of: device),
      generation: Generation(1))
  }

  static func unplug(_ device: String, state: UnplugRow.State = .waiting) -> UnplugRow {
    UnplugRow(
      target: StepTarget(kind: "device", name: device), run: 1, state: state, alias: "ua-" + device,
      slot: .pci(PCIAddress(bus: 5, slot: 0)), since: at(4), deadline: at(120_000), attempts: 1,
      lastRequestAt: at(4), nextRequestAt: at(30_000))
  }

  static func step(_ operation: OperationID, _ order: Int = 1, xml: String? = "<disk/>") -> StepRow {
    StepRow(
      operation: operation, order: order, target: StepTarget(kind: "device", name: "data"), deviceKind: "disk",
      action: "attach", side: .live, call: "virDomainAttachDeviceFlags", effect: "live",
      slot: .pci(PCIAddress(bus: 5, slot: 0)), xml: xml.map { XMLText($0) },
      reason: "wanted and absent from the live domain")
  }
}

struct Missing: Error, CustomStringConvertible {
  let description: String
}

extension Optional {
  func orThrow(_ what: String) throws -> Wrapped {
    guard let self else { throw Missing(description: what) }
    return self
  }
}
