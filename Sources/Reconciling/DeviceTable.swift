import Control
import DomainXML
import Vocabulary

/// The devices of a domain over both sides, each once.
struct DeviceTable {
  private(set) var rows: [DeviceDocument] = []

  init(_ observed: ObservedDomain, _ state: ManagedState) {
    rows = DevicePair.pairs(observed, state).compactMap { pair in
      guard let device = pair.leading else { return nil }
      let definition = pair.live == nil ? observed.persistent : observed.live
      return DeviceTable.row(device, pair, definition)
    }
  }

  private static func row(_ device: Device, _ pair: DevicePair, _ definition: DomainDefinition?) -> DeviceDocument {
    let path = definition?.guestPath(of: device)
    var row = DeviceDocument(
      id: pair.id?.text, kind: device.kind.name, alias: device.alias, key: device.naturalKey, slot: device.slot,
      guestPath: path?.description, guestAddress: path?.address, bootOrder: device.bootOrder,
      sides: Side.allCases.filter { pair[$0] != nil }.map(\.rawValue))
    if let other = pair.persistent, !device.isAtPlace(of: other) { row.persistentSlot = other.slot }
    if pair.binding?.isProtected == true { row.isProtected = true }
    row.status = pair.id == nil ? "unmanaged" : "managed"
    return row
  }
}
