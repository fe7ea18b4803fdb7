import DomainXML
import Planning
import Vocabulary

/// One device of a domain over both sides.
struct DevicePair {
  /// The binding of its id; `nil` for a device that no id names.
  let binding: ManagedState.Binding?
  let live: Device?
  let persistent: Device?

  var id: DeviceID? { binding?.id }
  /// The guest has seen the live one (R20).
  var leading: Device? { live ?? persistent }

  subscript(side: Side) -> Device? { side == .live ? live : persistent }

  /// The devices of a domain, each once: in the order of the running domain, then what only the definition has.
  static func pairs(_ observed: ObservedDomain, _ state: ManagedState) -> [DevicePair] {
    var bindings: [Side: [Int: ManagedState.Binding]] = [:]
    for side in Side.allCases {
      guard let definition = observed.definition(side) else { continue }
      for binding in state.bindings {
        guard let device = Planner.device(of: binding, in: definition) else { continue }
        bindings[side, default: [:]][device.element.range.lowerBound] = binding
      }
    }
    func binding(_ device: Device, _ side: Side) -> ManagedState.Binding? {
      bindings[side]?[device.element.range.lowerBound]
    }
    var rest = observed.persistent?.devices ?? []
    var pairs: [DevicePair] = []
    for device in observed.live?.devices ?? [] {
      let own = binding(device, .live)
      let place = rest.firstIndex { isSame(device, own?.id, $0, binding($0, .persistent)?.id) }
      pairs.append(DevicePair(binding: own, live: device, persistent: place.map { rest.remove(at: $0) }))
    }
    for device in rest {
      pairs.append(DevicePair(binding: binding(device, .persistent), live: nil, persistent: device))
    }
    return pairs
  }

  private static func isSame(_ live: Device, _ liveID: DeviceID?, _ other: Device, _ otherID: DeviceID?) -> Bool {
    guard live.kind.name == other.kind.name else { return false }
    if liveID != nil || otherID != nil { return liveID == otherID }
    return live.isAtPlace(of: other) && live.naturalKey == other.naturalKey
  }
}

extension Device {
  /// Whether both stand at one slot. A memory device's base is QEMU's choice until the definition says it (T9).
  func isAtPlace(of other: Device) -> Bool {
    if case .dimm(let own, let base) = slot, case .dimm(let theirs, let otherBase) = other.slot {
      return own == theirs && (base == nil || otherBase == nil || base == otherBase)
    }
    return slot == other.slot
  }
}
