import DomainXML
package import Vocabulary

/// What would be done, in order, and what would not be, and why. A value: the same input gives the same plan.
package struct Plan: Sendable {
  package let name: String
  package let uuid: DomainUUID
  package let generation: Generation
  package var steps: [Step] = []
  package var refused: [Refusal] = []
  package var drift: [Drift] = []
  /// Wanted and persistent, but the running guest gets it at its next cold boot.
  package var nextBoot: [PendingChange] = []
  /// What the guest was asked for and has not done.
  package var waiting: [Waiting] = []
  package var notes: [String] = []
  /// Why a domain that is to run is left down: its guest shut itself down (R13).
  package var guestShutdown: String?
  /// Where a domain that is to be created will have its devices.
  package var placements: [Placement] = []
  package var capacity: [String: Capacity] = [:]
  /// Devices that no id names: left alone.
  package var unmanaged: [UnmanagedDevice] = []
  package var unchanged = 0

  package init(name: String, uuid: DomainUUID, generation: Generation) {
    self.name = name
    self.uuid = uuid
    self.generation = generation
  }

  /// Whether nothing is to do: steps that only keep our own metadata count too.
  package var isEmpty: Bool { steps.isEmpty && refused.isEmpty }

  /// Whether the guest has a request that it may still answer in time, for something that is still meant.
  package var waitsForGuest: Bool { waiting.contains { !$0.wantedAgain && !$0.isOverdue } }

  /// Refusals that concern more than one device leave nothing to do: nothing is half done.
  mutating func stopIfRefused() {
    guard refused.contains(where: \.concernsWholePlan) else { return }
    steps = []
    placements = []
  }
}

/// One libvirt call for one device or setting on one side.
package struct Step: Sendable, Hashable {
  package enum Target: Sendable, Hashable {
    case device(DeviceID)
    /// A controller that a device needs and no id names: `scsi 0`.
    case controller(String)
    /// A device that no id names: its kind and what tells it from others.
    case unlisted(String)
    /// A setting of the domain, or a group of settings that one call sets.
    case setting(String)
    case power
    case domain
    case metadata
  }

  package enum Action: String, Sendable, Hashable {
    case define, undefine, start, shutdown, destroy, attach, detach, update, set, setMetadata
  }

  package enum Effect: String, Sendable, Hashable { case live, guest, nextBoot }

  package let target: Target
  /// The device kind, where the target is one.
  package let kind: String?
  package let action: Action
  package let side: Side?
  package let effect: Effect
  package let slot: Slot?
  package let guestPath: GuestPath?
  /// What is sent to libvirt, byte for byte.
  package let xml: XMLText?
  package let reason: String
  /// The call of a step that sets something; `xml` then states it, to be read back.
  package let setting: SettingCall?
  /// Fields that the step changes.
  package var changes: [FieldDifference] = []
  /// What helps where libvirt refuses it.
  package var hint: String?
  /// Whether a tray that the guest has locked is opened all the same.
  package var isForced = false
  /// What the definition gets follows from where the running domain has it then: planned again after that.
  package var followsLive = false
  /// Not before this device has left the live side.
  package var waitsFor: DeviceID?
  /// The alias by which that device is found there: it need not be the step's own.
  package var waitsForAlias: String?

  package init(
    _ action: Action, _ target: Target, kind: String? = nil, side: Side? = nil, effect: Effect, slot: Slot? = nil,
    guestPath: GuestPath? = nil, xml: XMLText? = nil, setting: SettingCall? = nil, reason: String,
    changes: [FieldDifference] = [],
    waitsFor: DeviceID? = nil, waitsForAlias: String? = nil
  ) {
    self.action = action
    self.target = target
    self.kind = kind
    self.side = side
    self.effect = effect
    self.slot = slot
    self.guestPath = guestPath
    self.xml = xml
    self.setting = setting
    self.reason = reason
    self.changes = changes
    self.waitsFor = waitsFor
    self.waitsForAlias = waitsForAlias
  }

  /// The C function that carries the step out.
  package var call: String {
    switch action {
    case .define: "virDomainDefineXMLFlags"
    case .undefine: "virDomainUndefineFlags"
    case .start: "virDomainCreate"
    case .shutdown: "virDomainShutdown"
    case .destroy: "virDomainDestroy"
    case .attach: "virDomainAttachDeviceFlags"
    case .detach: "virDomainDetachDeviceFlags"
    case .update: "virDomainUpdateDeviceFlags"
    case .set: setting?.function ?? "virDomainSetMetadata"
    case .setMetadata: "virDomainSetMetadata"
    }
  }
}

/// A difference that nobody asked vmctl for.
package struct Drift: Sendable, Hashable {
  package let device: DeviceID?
  package let path: String
  package let side: Side
  package let was: String?
  package let found: String?
  /// `libvirt`, `guest` or `foreign`.
  package let by: String
}

/// What the running guest does not have yet.
package struct PendingChange: Sendable, Hashable {
  package let target: Step.Target
  package let path: String
  package let now: String?
  package let atNextBoot: String?
  package let reason: String
}

package struct Placement: Sendable, Hashable {
  package let device: DeviceID
  package let kind: String
  package let slot: Slot?
  package var guestPath: GuestPath?
}

package struct Waiting: Sendable, Hashable {
  package let target: Step.Target
  package let slot: Slot?
  /// Milliseconds since 1970.
  package let since: Int64
  package let isOverdue: Bool
  package let wantedAgain: Bool
}

package struct Capacity: Sendable, Hashable {
  package let free: Int
  package let needed: Int

  package init(free: Int, needed: Int) {
    self.free = free
    self.needed = needed
  }
}

package struct UnmanagedDevice: Sendable, Hashable {
  package let kind: String
  package let alias: String?
  package let naturalKey: String?
  package let slot: Slot?
  package let sides: [Side]
}
