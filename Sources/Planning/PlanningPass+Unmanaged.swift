import DomainXML
import Vocabulary

extension PlanningPass {
  /// What is there and no id names: left alone (I7), and listed, each device once over both sides.
  mutating func listUnmanaged() {
    var found: [UnmanagedDevice] = []
    var places: [Identity: Int] = [:]
    for side in input.sides {
      guard let index = sides[side] else { continue }
      for (device, isManaged) in zip(index.definition.devices, index.isManaged) where !isManaged {
        let identity = Identity(kind: device.kind.name, key: device.naturalKey, slot: device.slot)
        if let place = places[identity], !found[place].sides.contains(side) {
          found[place] = found[place].also(on: side)
        } else {
          if places[identity] == nil { places[identity] = found.count }
          found.append(
            UnmanagedDevice(
              kind: identity.kind, alias: device.alias, naturalKey: identity.key, slot: identity.slot, sides: [side]))
        }
      }
    }
    plan.unmanaged = found
  }

  private struct Identity: Hashable {
    let kind: String
    let key: String?
    let slot: Slot?
  }
}

extension UnmanagedDevice {
  fileprivate func also(on side: Side) -> UnmanagedDevice {
    UnmanagedDevice(kind: kind, alias: alias, naturalKey: naturalKey, slot: slot, sides: sides + [side])
  }
}
