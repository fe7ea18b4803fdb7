import Control
import DomainXML
import Planning
import Vocabulary

/// The devices of a domain over both sides, each once.
struct DeviceTable {
  private(set) var rows: [DeviceDocument] = []

  init(_ observed: ObservedDomain, _ state: ManagedState) {
    var ids: [Side: [Int: DeviceID]] = [:]
    for side in Side.allCases {
      guard let definition = observed.definition(side) else { continue }
      for binding in state.bindings {
        guard let device = Planner.device(of: binding, in: definition) else { continue }
        ids[side, default: [:]][device.element.range.lowerBound] = binding.id
      }
    }
    func id(_ device: Device, _ side: Side) -> DeviceID? { ids[side]?[device.element.range.lowerBound] }
    var rest = observed.live == nil ? [] : observed.persistent?.devices ?? []
    for device in observed.leading?.devices ?? [] {
      let side: Side = observed.live == nil ? .persistent : .live
      let own = id(device, side)
      var other: Device?
      if let place = rest.firstIndex(where: { DeviceTable.isSame(device, own, $0, id($0, .persistent)) }) {
        other = rest.remove(at: place)
      }
      var sides = [side.rawValue]
      if other != nil { sides.append(Side.persistent.rawValue) }
      rows.append(
        DeviceTable.row(
          device, own, observed.leading, sides, persistent: other,
          state.binding(of: own)))
    }
    for device in rest {
      let own = id(device, .persistent)
      rows.append(
        DeviceTable.row(
          device, own, observed.persistent, [Side.persistent.rawValue], persistent: nil, state.binding(of: own)))
    }
  }

  private static func isSame(_ live: Device, _ liveID: DeviceID?, _ other: Device, _ otherID: DeviceID?) -> Bool {
    guard live.kind.name == other.kind.name else { return false }
    if liveID != nil || otherID != nil { return liveID == otherID }
    return live.slot == other.slot && live.naturalKey == other.naturalKey
  }

  private static func row(
    _ device: Device, _ id: DeviceID?, _ definition: DomainDefinition?, _ sides: [String], persistent: Device?,
    _ binding: ManagedState.Binding?
  ) -> DeviceDocument {
    let path = definition?.guestPath(of: device)
    var row = DeviceDocument(
      id: id?.text, kind: device.kind.name, alias: device.alias, key: device.naturalKey, slot: device.slot,
      guestPath: path?.description, guestAddress: path?.address, bootOrder: device.bootOrder, sides: sides)
    if let other = persistent?.slot, other != device.slot, persistent != nil { row.persistentSlot = other }
    if binding?.isProtected == true { row.isProtected = true }
    row.status = id == nil ? "unmanaged" : "managed"
    return row
  }
}

extension ManagedState {
  fileprivate func binding(of id: DeviceID?) -> Binding? { id.flatMap { binding(of: $0) } }
}
