package import Vocabulary

/// Everything that one settled step changes. `RecordStore.settle` writes it in one transaction, so a record that is
/// newer than its journal cannot exist.
package struct Settlement: Sendable {
  package let operation: OperationID
  package let order: Int
  package let state: StepRow.State
  package let at: Timestamp
  package var error: String?
  /// What the fresh read returned; `nil` for a side that was not read.
  package var record: BothSides<RecordedSide?>
  /// Whose doing the difference to the record before was.
  package var recordOrigin: ChangeOrigin
  package var ledger: [RowChange<LedgerRow>]
  package var applied: [RowChange<AppliedDevice>]
  package var unplugs: [RowChange<UnplugRow>]
  package var phantoms: [RowChange<PhantomRow>]
  /// The domain's row where it changed (started, incarnation, applied generation).
  package var domain: DomainRow?
  /// The step that begins in the same transaction: one commit instead of two.
  package var beginning: StepRow?
  /// Ends the operation in the same transaction.
  package var end: OperationRow.End?

  package init(
    of step: StepRow, as state: StepRow.State, at: Timestamp, error: String? = nil,
    record: BothSides<RecordedSide?> = BothSides(live: nil, persistent: nil), recordOrigin: ChangeOrigin = .ours,
    ledger: [RowChange<LedgerRow>] = [], applied: [RowChange<AppliedDevice>] = [],
    unplugs: [RowChange<UnplugRow>] = [], phantoms: [RowChange<PhantomRow>] = [], domain: DomainRow? = nil,
    beginning: StepRow? = nil,
    end: OperationRow.End? = nil
  ) {
    operation = step.operation
    order = step.order
    self.state = state
    self.at = at
    self.error = error
    self.record = record
    self.recordOrigin = recordOrigin
    self.ledger = ledger
    self.applied = applied
    self.unplugs = unplugs
    self.phantoms = phantoms
    self.domain = domain
    self.beginning = beginning
    self.end = end
  }
}

/// A row that is told from its siblings of one domain by a key.
package protocol KeyedRow: Sendable {
  associatedtype Key: Sendable & Hashable
  var key: Key { get }
}

/// A row to be there as it is given, or to be gone.
package enum RowChange<Row: KeyedRow>: Sendable {
  case put(Row)
  case remove(Row.Key)
}

extension LedgerRow: KeyedRow {
  package struct Key: Sendable, Hashable {
    package let device: DeviceID
    package let side: Side?

    package init(device: DeviceID, side: Side?) {
      self.device = device
      self.side = side
    }
  }

  package var key: Key { Key(device: device, side: side) }
}

extension AppliedDevice: KeyedRow {
  package var key: DeviceID { id }
}

extension UnplugRow: KeyedRow {
  package var key: StepTarget { target }
}

extension ConditionRow: KeyedRow {
  package var key: String { type }
}
