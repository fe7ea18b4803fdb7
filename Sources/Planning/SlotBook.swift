import DomainXML
import Faults
import Vocabulary

/// Who gets which slot in one plan, and how many there were and are wanted of each kind.
struct SlotBook {
  /// A slot whose device leaves with this plan.
  struct Freed {
    let slot: Slot
    let id: DeviceID
    let alias: String
    /// Whether the guest has to let go of it first.
    let waits: Bool
  }

  /// A slot for a device, and whom it has to wait for.
  struct Place {
    let slot: Slot
    var freed: Freed?
  }

  private let definitions: [DomainDefinition]
  private let tombstones: [ManagedState.Tombstone]
  private let held: [DeviceID: Slot]
  /// Made for the first device that needs a slot: a plan that attaches nothing never looks for one.
  private var made: SlotAllocator?
  private var freed: [Freed] = []
  private(set) var capacity: [SlotRule.Kind: Capacity] = [:]
  /// Who got none.
  private(set) var short: [SlotRule.Kind: [String]] = [:]

  init(_ definitions: [DomainDefinition], tombstones: [ManagedState.Tombstone] = [], held: [DeviceID: Slot] = [:]) {
    self.definitions = definitions
    self.tombstones = PlantedBug.is(.givesAwaySlots) ? [] : tombstones
    self.held = PlantedBug.is(.givesAwaySlots) ? [:] : held
  }

  /// For looking only.
  var allocator: SlotAllocator {
    mutating get {
      let allocator = made ?? SlotAllocator(definitions, tombstones: tombstones, held: held)
      made = allocator
      return allocator
    }
  }

  mutating func reserve(_ slot: Slot, for id: DeviceID) {
    _ = allocator
    made?.reserve(slot, for: id)
  }

  mutating func free(_ slot: Freed) { freed.append(slot) }

  mutating func addController(_ element: Element) {
    _ = allocator
    made?.addController(element)
  }

  /// Takes a slot that is the device's own or that its document states.
  mutating func take(_ slot: Slot, _ kind: SlotRule.Kind?) {
    if let kind { count(kind) }
    _ = allocator
    made?.take(slot)
  }

  /// A slot of the kind: a free one, else one whose device leaves with this plan. `nil` where there is none, which is
  /// noted.
  mutating func place(_ kind: SlotRule.Kind, for id: DeviceID?, named name: String) -> Place? {
    count(kind)
    if let slot = made?.allocate(kind, for: id) { return Place(slot: slot) }
    if let place = freed.firstIndex(where: { $0.slot.isOf(kind) }) {
      let freed = freed.remove(at: place)
      return Place(slot: freed.slot, freed: freed)
    }
    short[kind, default: []].append(name)
    return nil
  }

  /// A device that found no place has one after all.
  mutating func grew(_ kind: SlotRule.Kind, _ name: String) {
    short[kind]?.removeAll { $0 == name }
    if short[kind]?.isEmpty ?? false { short[kind] = nil }
  }

  private mutating func count(_ kind: SlotRule.Kind) {
    let before = capacity[kind] ?? Capacity(free: allocator.free(kind) + freed.count { $0.slot.isOf(kind) }, needed: 0)
    capacity[kind] = Capacity(free: before.free, needed: before.needed + 1)
  }
}

extension Slot {
  /// A channel subsystem takes the place of PCI on machines that have one.
  func isOf(_ kind: SlotRule.Kind) -> Bool {
    switch (self, kind) {
    case (.pci, .pci), (.ccw, .pci), (.usb, .usb), (.virtioSerial, .virtioSerial), (.dimm, .dimm): true
    case (.drive(let drive), .drive(let interface)): drive.interface == interface
    default: false
    }
  }
}

extension SlotRule.Kind {
  /// The name of the kind in plans.
  package var words: String { controllerType }
}
