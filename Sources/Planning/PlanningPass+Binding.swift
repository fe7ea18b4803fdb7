import DomainXML
import Intent
import Vocabulary

/// A wanted device and what it is bound to on each side.
struct BoundDevice {
  let wanted: WantedDevice
  /// What the metadata says of the id; `nil` for an id that is new.
  let known: ManagedState.Binding?
  let alias: String
  var devices: BothSides<Device?>

  var isPresent: Bool { devices.live != nil || devices.persistent != nil }
  /// The device where the guest has seen it, else as it will be at the next start (R20).
  var leading: Device? { devices.live ?? devices.persistent }
}

/// A device whose id the document no longer names, and which is still there.
struct LeavingDevice {
  let binding: ManagedState.Binding
  var devices: BothSides<Device?>

  var leading: Device? { devices.live ?? devices.persistent }
  var isPresent: Bool { leading != nil }
}

/// The devices of a side by their alias, and which of them have an id.
struct SideIndex {
  let definition: DomainDefinition
  private let places: [String: Int]
  private(set) var isManaged: [Bool]

  init(_ definition: DomainDefinition) {
    self.definition = definition
    isManaged = Array(repeating: false, count: definition.devices.count)
    var places: [String: Int] = [:]
    places.reserveCapacity(definition.devices.count)
    for (place, device) in definition.devices.enumerated() {
      if let alias = device.alias, places[alias] == nil { places[alias] = place }
    }
    self.places = places
  }

  func device(alias: String) -> Device? { places[alias].map { definition.devices[$0] } }

  mutating func mark(_ device: Device) {
    let place =
      device.alias.flatMap { places[$0] }.flatMap { definition.devices[$0].isSame(as: device) ? $0 : nil }
      ?? definition.devices.firstIndex { $0.isSame(as: device) }
    if let place { isManaged[place] = true }
  }
}

extension PlanningPass {
  mutating func bind() {
    let bindings = Dictionary(input.managed.bindings.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for wanted in input.wanted.devices ?? [] {
      let known = bindings[wanted.id] ?? wanted.was.flatMap { bindings[$0] }
      let alias = known?.deviceAlias ?? alias(ofNew: wanted)
      var device = BoundDevice(
        wanted: wanted, known: known, alias: alias, devices: BothSides(live: nil, persistent: nil))
      for side in input.sides {
        guard let found = find(wanted, known, alias, on: side) else { continue }
        device.devices[side] = found
        sides[side]?.mark(found)
      }
      bound.append(device)
    }
    guard input.wanted.devices != nil else { return bindUnstated() }
    let named = Set(bound.flatMap { [$0.wanted.id, $0.wanted.was].compactMap { $0 } })
    for binding in input.managed.bindings where !named.contains(binding.id) {
      leaving.append(LeavingDevice(binding: binding, devices: present(binding)))
    }
    bindReturned(besides: named)
  }

  /// A device that had left and is there again, at its slot: a saved image that was made before brings it back (T20).
  /// So may one that came by a call of which nobody saw the outcome, and whose id was never bound. It leaves again.
  private mutating func bindReturned(besides named: Set<DeviceID>) {
    let known = named.union(input.managed.bindings.map(\.id))
    // The alias of a renamed device is its old id's, for life (R5).
    let aliases = Set(bound.map(\.alias) + input.managed.bindings.map(\.deviceAlias))
    let places = placesOfTheStore(besides: known) + input.managed.tombstones
    for place in places where !known.contains(place.id) && !aliases.contains(place.id.alias) {
      let isBack = input.sides.contains { side in sides[side]?.device(alias: place.id.alias)?.slot == place.slot }
      guard isBack else { continue }
      let binding = ManagedState.Binding(id: place.id)
      leaving.append(LeavingDevice(binding: binding, devices: present(binding)))
    }
  }

  /// Slots of ids that only the store knows, in the order of the ids: what a call brought of which nobody saw the
  /// outcome was never bound.
  func placesOfTheStore(besides known: Set<DeviceID>) -> [ManagedState.Tombstone] {
    var places = input.heldSlots.filter { !known.contains($0.key) }
    for tombstone in input.managed.tombstones { places[tombstone.id] = nil }
    return places.map { ManagedState.Tombstone(id: $0.key, slot: $0.value) }.sorted { $0.id.text < $1.id.text }
  }

  /// R2: the document has no opinion on devices; what is bound stays bound.
  private mutating func bindUnstated() {
    for binding in input.managed.bindings { _ = present(binding) }
    let count = input.managed.bindings.count
    if count > 0 { plan.notes.append("\(count) device\(count == 1 ? "" : "s") not stated") }
  }

  private mutating func present(_ binding: ManagedState.Binding) -> BothSides<Device?> {
    var devices = BothSides<Device?>(live: nil, persistent: nil)
    for side in input.sides {
      guard let index = sides[side] else { continue }
      let found = index.device(alias: binding.deviceAlias) ?? PlanningPass.find(binding, in: index.definition)
      guard let found else { continue }
      devices[side] = found
      sides[side]?.mark(found)
    }
    return devices
  }

  /// The alias of an id that no metadata knows: its own, unless a device still has the one that it had before (R5).
  private func alias(ofNew wanted: WantedDevice) -> String {
    guard let old = wanted.was?.alias else { return wanted.id.alias }
    let isThere = input.sides.contains { sides[$0]?.device(alias: old) != nil }
    return isThere ? old : wanted.id.alias
  }

  private func find(
    _ wanted: WantedDevice, _ known: ManagedState.Binding?, _ alias: String, on side: Side
  ) -> Device? {
    guard let index = sides[side] else { return nil }
    if let device = index.device(alias: alias) { return device }
    if let known, let device = PlanningPass.find(known, in: index.definition) { return device }
    if case .reference(let reference) = wanted.content {
      let found = PlanningPass.candidates(reference, in: index.definition)
      return found.count == 1 ? found.first : nil
    }
    if !wanted.kind.takesAlias, let key = wanted.element.flatMap({ Device($0, kind: wanted.kind).naturalKey }) {
      return index.definition.devices.first { $0.kind == wanted.kind && $0.naturalKey == key }
    }
    return nil
  }

  /// The device that an id is bound to: by its alias, or by the key that was noted for it.
  static func find(_ binding: ManagedState.Binding, in definition: DomainDefinition) -> Device? {
    if let device = definition.device(alias: binding.deviceAlias) { return device }
    guard let key = binding.key else { return nil }
    let parts = key.split(separator: " ", maxSplits: 1).map(String.init)
    guard let kind = parts.first else { return nil }
    let rest = parts.count == 2 ? parts[1] : ""
    let devices = definition.devices.filter { $0.kind.name == kind }
    switch rest.first {
    case "@": return devices.first { $0.slot?.description == String(rest.dropFirst()) }
    case "#":
      guard let place = Int(rest.dropFirst()), devices.indices.contains(place) else { return nil }
      return devices[place]
    default:
      // Two cards may share a MAC (teaming): neither is taken for the other (B5).
      let found = devices.filter { $0.naturalKeys.contains(rest) }
      return found.count == 1 ? found.first : nil
    }
  }

  /// The devices that a reference may mean: one by its place, or those that have the value in one of their keys.
  static func candidates(_ reference: WantedDevice.Reference, in definition: DomainDefinition) -> [Device] {
    let devices = definition.devices.filter { $0.kind.name == reference.kind }
    if let place = Int(reference.value) { return devices.indices.contains(place) ? [devices[place]] : [] }
    return devices.filter { device in
      let values = device.naturalKeys.compactMap { $0.split(separator: "=", maxSplits: 1).last }
      return device.alias == reference.value || values.contains { $0 == reference.value }
    }
  }
}
