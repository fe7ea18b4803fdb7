package import Vocabulary

/// How a caller names a domain.
package enum DomainReference: Sendable, Hashable {
  case uuid(DomainUUID)
  case name(String)
}

/// A row of the list of domains.
package struct DomainSummary: Sendable, Hashable {
  package let uuid: DomainUUID
  package let name: String
  package let state: DomainState
  package let isPersistent: Bool

  package init(uuid: DomainUUID, name: String, state: DomainState, isPersistent: Bool) {
    self.uuid = uuid
    self.name = name
    self.state = state
    self.isPersistent = isPersistent
  }
}

/// One domain as libvirt describes it at one moment.
package struct Observation: Sendable, Hashable {
  package let uuid: DomainUUID
  package let name: String
  /// The number of this run of the domain; another after each start. `nil` while it is not active.
  package let id: Int?
  package let state: DomainState
  /// Only while the domain is shut off.
  package let stopReason: StopReason?
  package let isPersistent: Bool
  /// Whether the next start restores a saved image instead of booting.
  package let hasManagedSave: Bool
  /// `virDomainGetXMLDesc` with no flags; `nil` while the domain is not active.
  package let live: XMLText?
  /// `virDomainGetXMLDesc` with `INACTIVE`; `nil` for a transient domain, for which libvirt returns a definition that
  /// is none (T19).
  package let persistent: XMLText?

  package init(
    uuid: DomainUUID, name: String, id: Int?, state: DomainState, stopReason: StopReason?, isPersistent: Bool,
    hasManagedSave: Bool, live: XMLText?, persistent: XMLText?
  ) {
    self.uuid = uuid
    self.name = name
    self.id = id
    self.state = state
    self.stopReason = stopReason
    self.isPersistent = isPersistent
    self.hasManagedSave = hasManagedSave
    self.live = live
    self.persistent = persistent
  }

  package func xml(_ side: Side) -> XMLText? { side == .live ? live : persistent }
}
