package import Vocabulary

/// Everything that vmctl knows of one kind of device, as data. One file a kind under `Devices/`; the differ, the
/// planner, the intent parser, the schema and the help read it and know no kinds of their own.
///
/// A class because it never changes and every device of every document points to one.
package final class DeviceKind: Sendable {
  /// The catalogue's name: usually the element's.
  package let name: String
  /// libvirt's element.
  package let element: String
  package let summary: String
  /// The first libvirt that knows the kind; `nil` where every supported one (9.0 and up) does.
  package let since: Version?
  /// What a guest sees of it.
  package let sees: String
  /// What a guest has to do before a detach is over.
  package let release: String
  /// What distinguishes two devices of the kind, beside their alias: the first key whose fields are all there.
  package let identity: [IdentityKey]
  /// What kind of slot a device of the kind takes: the first rule that applies. None: it takes none.
  package let slots: [SlotRule]
  package let attach: BothSides<Support>
  package let detach: BothSides<Support>
  /// Whether `virDomainUpdateDeviceFlags` knows the kind.
  package let update: BothSides<Support>
  package let fields: [Field]
  /// How fields change that no entry names.
  package let others: BothSides<Field.Change>
  /// What libvirt or QEMU would choose and the guest can see: chosen by vmctl first, the same for both sides (T13).
  package let chosen: [ChosenField]
  package let shortForm: ShortForm?
  /// libvirt keeps no alias for leases, graphics and audio (`virDomainDeviceDef` without device info).
  package let takesAlias: Bool
  /// The controller that must be there first (T14: libvirt would make one of its own choice).
  package let controller: [ControllerNeed]
  /// Paths of files on the host that the device names.
  package let files: [FieldPath]
  /// Fields that hold the name of a libvirt network.
  package let networks: [FieldPath]
  /// Fields that must be unique among the devices of a domain, with the word for messages.
  package let unique: [UniqueField]
  /// A detach that the guest has to agree to.
  package let detachNeedsGuest: Bool
  /// Whether a persistent update may state another slot (T24: a disk's may; a card is looked up by its slot).
  package let updateMovesSlot: Bool
  /// What libvirt adds by itself, and would add again.
  package let implicit: Condition?
  /// Where a password stands that can be set and never read back.
  package let password: PasswordRule?
  /// Where a device's medium can be taken out and put in.
  package let media: MediaRule?
  /// Part of the slot is known only when the device is in a running domain: the definition gets it afterwards.
  package let placedLate: Bool
  /// Fields that a block job, a snapshot or a guest may change by itself: never asserted over an unchanged document
  /// (R7, R8).
  package let moving: [FieldPath]
  /// Where the element keeps what it stood on before a snapshot (R7).
  package let history: DeviceHistory?
  package let boot: BootRole
  /// Losing it loses the guest's data: never all of them at once without a word (R2), and the one that the domain
  /// boots from is protected by default (R17).
  package let holdsData: Bool
  /// Of a controller: the places that it gives.
  package let provides: [BusLayout]
  /// What an element of the running domain says otherwise than it was stated, to be put back before it is sent to
  /// libvirt again.
  package let restated: [RestatedField]
  /// What libvirt prints of a running domain's device and of no other.
  package let runTime: [RunTimeField]
  /// Fields of the running domain that the guest sets by itself.
  package let setByGuest: [FieldPath]
  /// What of it belongs to the guest's hardware.
  package let abi: [ABIRule]
  package let abiGroups: [ABIRuleGroup]
  /// Whether libvirt's check of the guest ABI looks at the kind at all. What it passes over is the guest's only.
  package let libvirtCompares: Bool
  package let listing: DeviceListing?
  package let migratable: MigratableForm?
  /// Those that the chipset has in any case: no document takes them away.
  package let builtIn: Condition?
  /// What the host has to offer for it.
  package let offered: [OfferedField]
  package let roms: [DeviceROM]
  /// What later versions of libvirt add by themselves.
  package let additions: [LibvirtAddition]
  /// Fields that name something of the host.
  package let reach: [HostReach]
  /// When the device itself is a piece of the host.
  package let pieces: [HostPiece]

  package init(
    name: String, element: String? = nil, summary: String, since: Version? = nil, sees: String = "",
    release: String = "", identity: [IdentityKey] = [], slots: [SlotRule] = [],
    attach: BothSides<Support>, detach: BothSides<Support>,
    update: BothSides<Support> = BothSides(
      live: .no("libvirt has no update for this kind"), persistent: .no("libvirt has no update for this kind")),
    fields: [Field] = [],
    others: BothSides<Field.Change> = BothSides(live: .withDevice, persistent: .withDevice), chosen: [ChosenField] = [],
    shortForm: ShortForm? = nil, takesAlias: Bool = true,
    controller: [ControllerNeed] = [], files: [FieldPath] = [], networks: [FieldPath] = [],
    unique: [UniqueField] = [], detachNeedsGuest: Bool = true, updateMovesSlot: Bool = false,
    placedLate: Bool = false, implicit: Condition? = nil, media: MediaRule? = nil,
    password: PasswordRule? = nil, moving: [FieldPath] = [],
    restated: [RestatedField] = [], history: DeviceHistory? = nil, boot: BootRole = .never, holdsData: Bool = false,
    provides: [BusLayout] = [], runTime: [RunTimeField] = [], setByGuest: [FieldPath] = [],
    abi: [ABIRule] = [], libvirtCompares: Bool = true, listing: DeviceListing? = nil,
    migratable: MigratableForm? = nil, builtIn: Condition? = nil, offered: [OfferedField] = [],
    roms: [DeviceROM] = [], additions: [LibvirtAddition] = [],
    reach: [HostReach] = [], pieces: [HostPiece] = []
  ) {
    self.name = name
    self.element = element ?? name
    self.summary = summary
    self.since = since
    self.sees = sees
    self.release = release
    self.identity = identity
    self.slots = slots
    self.attach = attach
    self.detach = detach
    self.update = update
    self.fields = fields
    self.others = others
    self.chosen = chosen
    self.shortForm = shortForm
    self.takesAlias = takesAlias
    self.controller = controller
    self.files = files
    self.networks = networks
    self.unique = unique
    self.detachNeedsGuest = detachNeedsGuest
    self.updateMovesSlot = updateMovesSlot
    self.placedLate = placedLate
    self.implicit = implicit
    self.media = media
    self.password = password
    self.moving = moving
    self.restated = restated
    self.history = history
    self.boot = boot
    self.holdsData = holdsData
    self.provides = provides
    self.runTime = runTime
    self.setByGuest = setByGuest
    self.abi = abi
    self.libvirtCompares = libvirtCompares
    self.listing = listing
    self.migratable = migratable
    self.builtIn = builtIn
    self.offered = offered
    self.roms = roms
    self.additions = additions
    self.reach = reach + HostReach.common
    self.pieces = pieces
    abiGroups = ABIRuleGroup.groups(abi)
  }

  package func field(at path: FieldPath) -> Field? {
    fields.first { $0.path == path }
  }

  package func change(at path: FieldPath) -> BothSides<Field.Change> { field(at: path)?.change ?? others }
}

/// Two values of one kind are one kind: an element that nobody knows gets a value of its own each time.
extension DeviceKind: Equatable {
  package static func == (left: DeviceKind, right: DeviceKind) -> Bool {
    left === right || left.element == right.element
  }
}

/// What a snapshot leaves in the element of what was there before: layers inside one another.
package struct DeviceHistory: Sendable {
  /// The element of a layer, in the device and in the layer above.
  package let layer: FieldPath
  /// Fields that say which content it is, at the same paths in the device and in each layer.
  package let sources: [FieldPath]
  /// Fields that follow from the uppermost layer.
  package let following: [FieldPath]
  /// Which block job works on the running domain's device; absent where none does.
  package let job: FieldPath

  package init(layer: FieldPath, sources: [FieldPath], following: [FieldPath], job: FieldPath) {
    self.layer = layer
    self.sources = sources
    self.following = following
    self.job = job
  }
}

/// Whether a device can carry a boot order.
package enum BootRole: Sendable, Hashable {
  case never, allowed
  /// Gets the first boot order where a document gives none: the lowest rank first (T2).
  case preferred(rank: Int)
}

extension BothSides where Value == Support {
  package static let yes = BothSides(live: .yes, persistent: .yes)

  package static func no(_ reason: String) -> BothSides {
    BothSides(live: .no(reason), persistent: .no(reason))
  }
}

/// Fields that together identify a device of a kind within a domain.
package struct IdentityKey: Sendable {
  package let name: String
  package let paths: [FieldPath]

  package init(_ name: String, _ paths: FieldPath...) {
    self.name = name
    self.paths = paths
  }

  /// `target=vda`; `nil` where the device does not have all of the fields.
  package func value(of device: Element) -> String? {
    let values = paths.compactMap { device.value(at: $0) }
    guard values.count == paths.count else { return nil }
    return values.isEmpty ? name : name + "=" + values.joined(separator: ",")
  }
}

package struct SlotRule: Sendable {
  package enum Kind: Sendable, Hashable {
    case pci
    /// A unit on a controller of this type.
    case drive(String)
    case usb
    case virtioSerial
    case dimm
  }

  package let kind: Kind
  package let when: Condition?

  package init(_ kind: Kind, when: Condition? = nil) {
    self.kind = kind
    self.when = when
  }
}

package struct ChosenField: Sendable {
  package enum Value: Sendable {
    case constant(String)
    /// A locally administered MAC that follows from domain UUID and id.
    case mac
    /// The id, as a serial number the guest can find the disk by.
    case serial
  }

  package let path: FieldPath
  package let value: Value
  package let when: Condition?
  package let why: String

  package init(_ path: FieldPath, _ value: Value, when: Condition? = nil, why: String) {
    self.path = path
    self.value = value
    self.when = when
    self.why = why
  }
}

package struct ControllerNeed: Sendable {
  package let type: String
  /// The model that vmctl gives a controller which it has to add.
  package let model: String?
  package let when: Condition?

  package init(_ type: String, model: String? = nil, when: Condition? = nil) {
    self.type = type
    self.model = model
    self.when = when
  }
}

package struct RestatedField: Sendable {
  package let path: FieldPath
  package let value: String
  package let when: Condition

  package init(_ path: FieldPath, _ value: String, when: Condition) {
    self.path = path
    self.value = value
    self.when = when
  }
}

/// A password that libvirt takes and shows to nobody (I8).
package struct PasswordRule: Sendable {
  package let path: FieldPath
  /// Until when it holds, which a new one does not inherit.
  package let until: FieldPath

  package init(_ path: FieldPath, until: FieldPath) {
    self.path = path
    self.until = until
  }
}

/// Media of a drive: changed live, and by the guest too (R9).
package struct MediaRule: Sendable {
  package let when: Condition
  /// What names the medium: the first that is there.
  package let sources: [FieldPath]
  /// What follows from the medium.
  package let following: [FieldPath]
  /// What a document's `media` fills.
  package let file: FieldPath
  package let format: FieldPath
  /// What `file` makes of the device.
  package let implies: (path: FieldPath, value: String)
  /// Where a running domain says that the tray is open.
  package let tray: FieldPath
  /// What helps where libvirt refuses a change of the medium.
  package let hint: String

  package init(
    when: Condition, sources: [FieldPath], following: [FieldPath], file: FieldPath, format: FieldPath,
    implies: (path: FieldPath, value: String), tray: FieldPath, hint: String
  ) {
    self.hint = hint
    self.when = when
    self.sources = sources
    self.following = following
    self.file = file
    self.format = format
    self.implies = implies
    self.tray = tray
  }

  package func medium(of device: Element) -> String? { sources.lazy.compactMap { device.value(at: $0) }.first }
}

package struct UniqueField: Sendable {
  package let path: FieldPath
  package let word: String

  package init(_ path: FieldPath, _ word: String) {
    self.path = path
    self.word = word
  }
}
