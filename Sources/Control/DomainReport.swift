package import Vocabulary

/// What a domain is, as `vmctl get` and the API show it.
package struct DomainReport: Sendable, Codable, Hashable {
  package var apiVersion = "vmctl/v1"
  package var kind = "Domain"
  package let name: String
  package let uuid: UniversalID
  /// libvirt's word, or `gone`.
  package var state: String
  /// Whether an intent is known for it.
  package var isManaged: Bool
  package var isPersistent: Bool
  package var machine: String?
  package var generation: Int64?
  package var observedGeneration: Int64?
  package var isProtected: Bool
  /// `vmctl suspend`: hands off until `resume`.
  package var isSuspended = false
  package var labels: [String: String] = [:]
  /// `controller`: the domain that runs who controls this host (E9).
  package var role: String?
  package var conditions: [DomainCondition] = []
  package var devices: [DeviceDocument] = []
  package var pending: [PendingDocument] = []
  package var waiting: [WaitingDocument] = []

  package init(
    name: String, uuid: UniversalID, state: String, isManaged: Bool, isPersistent: Bool, machine: String?,
    generation: Int64?, observedGeneration: Int64?, isProtected: Bool
  ) {
    self.name = name
    self.uuid = uuid
    self.state = state
    self.isManaged = isManaged
    self.isPersistent = isPersistent
    self.machine = machine
    self.generation = generation
    self.observedGeneration = observedGeneration
    self.isProtected = isProtected
  }
}

/// One device of a domain, over both sides.
package struct DeviceDocument: Sendable, Codable, Hashable {
  /// `nil`: no id names it.
  package var id: String?
  package let kind: String
  package var alias: String?
  /// What identifies it beside the alias: `target=vda`.
  package var key: String?
  package var slot: Slot?
  /// The chain of device.function from the root.
  package var guestPath: String?
  /// What the guest's `lspci` prints.
  package var guestAddress: String?
  package var bootOrder: UInt64?
  package let sides: [String]
  /// Set where the sides have it at different places: the persistent slot.
  package var persistentSlot: Slot?
  package var isProtected: Bool?
  /// `attached`, `next boot`, `unplug waits for the guest`, `unmanaged` …
  package var status: String?

  package init(
    id: String? = nil, kind: String, alias: String? = nil, key: String? = nil, slot: Slot? = nil,
    guestPath: String? = nil, guestAddress: String? = nil, bootOrder: UInt64? = nil, sides: [String],
    persistentSlot: Slot? = nil, isProtected: Bool? = nil, status: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.alias = alias
    self.key = key
    self.slot = slot
    self.guestPath = guestPath
    self.guestAddress = guestAddress
    self.bootOrder = bootOrder
    self.sides = sides
    self.persistentSlot = persistentSlot
    self.isProtected = isProtected
    self.status = status
  }
}

/// A change that the running guest gets at its next cold boot.
package struct PendingDocument: Sendable, Codable, Hashable {
  /// The device, or the setting.
  package let device: String?
  package let setting: String?
  package let path: String
  package let now: String?
  package let atNextBoot: String?
  package let reason: String
  /// The command that applies it.
  package let appliedBy: String

  package init(
    device: String?, setting: String? = nil, path: String, now: String?, atNextBoot: String?, reason: String,
    appliedBy: String
  ) {
    self.device = device
    self.setting = setting
    self.path = path
    self.now = now
    self.atNextBoot = atNextBoot
    self.reason = reason
    self.appliedBy = appliedBy
  }

  package var name: String { device ?? setting ?? path }
}

/// What the guest was asked for and has not done.
package struct WaitingDocument: Sendable, Codable, Hashable {
  /// The device that it is to let go of, or the setting.
  package let device: String?
  package let setting: String?
  package let slot: Slot?
  /// Milliseconds since 1970.
  package let since: Int64
  package let isOverdue: Bool
  /// What would end the wait.
  package let endedBy: String
  /// The document names the device again: it will drop at the guest's next reset and be attached again.
  package let isWantedAgain: Bool

  package init(
    device: String?, setting: String? = nil, slot: Slot?, since: Int64, isOverdue: Bool, endedBy: String,
    isWantedAgain: Bool
  ) {
    self.device = device
    self.setting = setting
    self.slot = slot
    self.since = since
    self.isOverdue = isOverdue
    self.endedBy = endedBy
    self.isWantedAgain = isWantedAgain
  }

  package var name: String { device ?? setting ?? "" }
}
