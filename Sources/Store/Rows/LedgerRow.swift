package import Vocabulary

/// Which slot a device id holds or held (I2). A row with `side` nil speaks for both sides.
package struct LedgerRow: Sendable, Hashable, Codable {
  package let device: DeviceID
  package let side: Side?
  package var kind: String
  /// The alias that the device carries; after a rename (R5) it is not the id's own.
  package var alias: String
  /// `nil` for a device that takes none and is here for its MAC.
  package var slot: Slot?
  package var guestPath: String?
  /// The MAC that vmctl gave.
  package var mac: String?
  /// The catalogue's natural key under which it was applied (R5).
  package var naturalKey: String?
  package var state: State
  package var since: Timestamp
  package var removedAt: Timestamp?

  package enum State: String, Sendable, Hashable, Codable, CaseIterable {
    case held
    /// Removed; the slot is kept for its return as long as any other fits. The newest 64 of a domain are kept.
    case tombstone
  }

  package init(
    device: DeviceID, side: Side? = nil, kind: String, alias: String, slot: Slot?, guestPath: String? = nil,
    mac: String? = nil, naturalKey: String? = nil, state: State = .held, since: Timestamp, removedAt: Timestamp? = nil
  ) {
    self.device = device
    self.side = side
    self.kind = kind
    self.alias = alias
    self.slot = slot
    self.guestPath = guestPath
    self.mac = mac
    self.naturalKey = naturalKey
    self.state = state
    self.since = since
    self.removedAt = removedAt
  }
}
