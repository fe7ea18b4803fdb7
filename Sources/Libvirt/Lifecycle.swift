/// A lifecycle event and its detail, as libvirt numbers them (`virDomainEventType`, `virDomainEvent…DetailType`).
/// Numbers that this program does not know survive.
package struct Lifecycle: Sendable, Hashable {
  package let event: Event
  package let detail: Int32

  package init(_ event: Event, detail: Int32) {
    self.event = event
    self.detail = detail
  }

  package struct Event: RawRepresentable, Sendable, Hashable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let defined = Event(rawValue: 0)
    package static let undefined = Event(rawValue: 1)
    package static let started = Event(rawValue: 2)
    package static let suspended = Event(rawValue: 3)
    package static let resumed = Event(rawValue: 4)
    package static let stopped = Event(rawValue: 5)
    package static let shutdown = Event(rawValue: 6)
    package static let suspendedByGuest = Event(rawValue: 7)
    package static let crashed = Event(rawValue: 8)
  }

  package static let definedAdded = Lifecycle(.defined, detail: 0)
  /// A redefinition; from libvirt 11 on also a persistent attach, update or detach by XML (T30).
  package static let definedUpdated = Lifecycle(.defined, detail: 1)
  package static let definedRenamed = Lifecycle(.defined, detail: 2)
  package static let definedFromSnapshot = Lifecycle(.defined, detail: 3)

  package static let undefinedRemoved = Lifecycle(.undefined, detail: 0)
  package static let undefinedRenamed = Lifecycle(.undefined, detail: 1)

  package static let startedBooted = Lifecycle(.started, detail: 0)
  package static let startedMigrated = Lifecycle(.started, detail: 1)
  package static let startedRestored = Lifecycle(.started, detail: 2)
  package static let startedFromSnapshot = Lifecycle(.started, detail: 3)
  package static let startedWakeup = Lifecycle(.started, detail: 4)

  package static let stoppedShutdown = Lifecycle(.stopped, detail: 0)
  package static let stoppedDestroyed = Lifecycle(.stopped, detail: 1)
  package static let stoppedCrashed = Lifecycle(.stopped, detail: 2)
  package static let stoppedMigrated = Lifecycle(.stopped, detail: 3)
  package static let stoppedSaved = Lifecycle(.stopped, detail: 4)
  package static let stoppedFailed = Lifecycle(.stopped, detail: 5)
  package static let stoppedFromSnapshot = Lifecycle(.stopped, detail: 6)
}
