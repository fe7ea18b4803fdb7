package import DomainXML
package import Intent
package import Vocabulary

/// Everything that a plan depends on. Planning asks nobody: no clock, no file system, no libvirt, no chance.
package struct PlanningInput: Sendable {
  /// What vmctl knows of a domain that libvirt does not have.
  package enum Absence: Sendable, Hashable {
    /// Never seen: a document may create it.
    case unknown
    /// The record or an applied document knows it (I11).
    case gone(reason: String)
  }

  package struct Options: Sendable, Hashable {
    /// Ids whose removal is meant, beside the document's own `removals` (R2).
    package var removals: Set<DeviceID> = []
    /// The word for `removals` by which removing what no document named is meant, too (R4).
    package static let unlisted = DeviceID("unlisted")
    /// Put back what a guest or a foreign writer changed and the rules would only report (R8, R9).
    package var reassert = false
    /// Add PCI ports to the definition where there are too few.
    package var grow = false

    package init() {}
  }

  /// An unplug that waits for the guest.
  package struct PendingUnplug: Sendable, Hashable {
    package let id: DeviceID
    package let slot: Slot?
    /// Milliseconds since 1970, for showing.
    package let since: Int64
    package let isOverdue: Bool
    /// The guest is to be asked again, if the device is still to go.
    package let isDue: Bool
    package let otherwise: WantedDevice.Otherwise

    package init(
      id: DeviceID, slot: Slot?, since: Int64, isOverdue: Bool, isDue: Bool = false, otherwise: WantedDevice.Otherwise
    ) {
      self.id = id
      self.slot = slot
      self.since = since
      self.isOverdue = isOverdue
      self.isDue = isDue
      self.otherwise = otherwise
    }
  }

  /// What the guest was asked for and has not done, beside letting go of a device with an id.
  package struct PendingRequest: Sendable, Hashable {
    package let target: Step.Target
    /// Milliseconds since 1970, for showing.
    package let since: Int64
    package let isOverdue: Bool

    package init(target: Step.Target, since: Int64, isOverdue: Bool) {
      self.target = target
      self.since = since
      self.isOverdue = isOverdue
    }
  }

  package let wanted: IntentDocument
  package var generation: Generation
  /// The UUID that the domain has, or that a new one gets.
  package var uuid: DomainUUID
  /// The UUID that was applied under this name before (R15).
  package var appliedUUID: DomainUUID?
  /// `nil` where the domain does not run.
  package var live: DomainDefinition?
  /// `nil` where the domain is transient or does not exist.
  package var persistent: DomainDefinition?
  package var state: DomainState
  package var stopReason: StopReason?
  package var hasManagedSave: Bool
  package var absence: Absence
  /// Whether vmctl started or stopped it last, and whether it ever ran (R13).
  package var startedByUs: Bool
  package var stoppedByUs: Bool
  package var managed: ManagedState
  /// Slots that ids hold or held, from the store. The metadata knows tombstones only.
  package var heldSlots: [DeviceID: Slot]
  package var pendingUnplugs: [PendingUnplug]
  package var pendingRequests: [PendingRequest] = []
  /// Devices that the hypervisor process has and libvirt does not know: they cannot be attached while it lives.
  package var phantoms: [DeviceID: Slot?] = [:]
  /// The domain was adopted, and this is the first document after the one that it printed of itself (R4).
  package var isFreshlyAdopted = false
  package var host: HostFacts
  package var options: Options

  package init(
    wanted: IntentDocument, generation: Generation, uuid: DomainUUID, appliedUUID: DomainUUID? = nil,
    live: DomainDefinition? = nil, persistent: DomainDefinition? = nil, state: DomainState = .shutOff,
    stopReason: StopReason? = nil, hasManagedSave: Bool = false, absence: Absence = .unknown,
    startedByUs: Bool = false, stoppedByUs: Bool = false, managed: ManagedState = ManagedState(),
    heldSlots: [DeviceID: Slot] = [:], pendingUnplugs: [PendingUnplug] = [],
    pendingRequests: [PendingRequest] = [], isFreshlyAdopted: Bool = false, host: HostFacts = HostFacts(),
    options: Options = Options()
  ) {
    self.wanted = wanted
    self.generation = generation
    self.uuid = uuid
    self.appliedUUID = appliedUUID
    self.live = live
    self.persistent = persistent
    self.state = state
    self.stopReason = stopReason
    self.hasManagedSave = hasManagedSave
    self.absence = absence
    self.startedByUs = startedByUs
    self.stoppedByUs = stoppedByUs
    self.managed = managed
    self.heldSlots = heldSlots
    self.pendingUnplugs = pendingUnplugs
    self.pendingRequests = pendingRequests
    self.isFreshlyAdopted = isFreshlyAdopted
    self.host = host
    self.options = options
  }

  package var exists: Bool { live != nil || persistent != nil }

  package func definition(_ side: Side) -> DomainDefinition? { side == .live ? live : persistent }

  /// The sides that there are.
  package var sides: [Side] { Side.allCases.filter { definition($0) != nil } }

  /// The side that says where devices are: the running domain has been seen by the guest (R20).
  package var leading: DomainDefinition? { live ?? persistent }
}
