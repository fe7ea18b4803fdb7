import DomainXML
import Vocabulary

extension PlanningPass {
  /// What is there and no id names: left alone (I7), and listed, each device once over both sides.
  mutating func listUnmanaged() {
    var found: [UnmanagedDevice] = []
    var devices: [Device] = []
    var others = unmanaged(.persistent)
    for device in unmanaged(.live) {
      // Both sides list their devices in the same order nearly always; what one lacks is made up for below.
      let isSame = others.first.map { $0.kind == device.kind && device.element.states($0.element) } ?? false
      if isSame { others.removeFirst() }
      devices.append(device)
      found.append(UnmanagedDevice(device, on: isSame ? [.live, .persistent] : [.live]))
    }
    guard !others.isEmpty else { return plan.unmanaged = found }
    var places: [Identity: Int] = [:]
    for (place, device) in found.enumerated() where device.sides == [.live] {
      places[Identity(device)] = places[Identity(device)] ?? place
    }
    for device in others {
      let other = UnmanagedDevice(device, on: [.persistent])
      if let place = places.removeValue(forKey: Identity(other)) {
        found[place] = UnmanagedDevice(devices[place], on: [.live, .persistent])
      } else {
        found.append(other)
      }
    }
    plan.unmanaged = found
  }

  private func unmanaged(_ side: Side) -> ArraySlice<Device> {
    guard let index = sides[side] else { return [] }
    return zip(index.definition.devices, index.isManaged).lazy.filter { !$0.1 }.map(\.0)[...]
  }

  private struct Identity: Hashable {
    let kind: String
    let key: String?
    let slot: Slot?

    init(_ device: UnmanagedDevice) {
      (kind, key, slot) = (device.kind, device.naturalKey, device.slot)
    }
  }
}

extension UnmanagedDevice {
  fileprivate init(_ device: Device, on sides: [Side]) {
    self.init(
      kind: device.kind.name, alias: device.alias, naturalKey: device.naturalKey, slot: device.slot, sides: sides)
  }
}
