import Vocabulary

/// What a pass found out without a step. A part that is `nil` stays as it is; one that is given replaces the whole
/// list of its domain.
package struct DomainChanges: Sendable {
  package var row: DomainRow?
  package var ledger: [LedgerRow]?
  package var applied: [AppliedDevice]?
  package var unplugs: [UnplugRow]?
  package var phantoms: [PhantomRow]?
  package var conditions: [ConditionRow]?

  package init(
    row: DomainRow? = nil, ledger: [LedgerRow]? = nil, applied: [AppliedDevice]? = nil, unplugs: [UnplugRow]? = nil,
    phantoms: [PhantomRow]? = nil, conditions: [ConditionRow]? = nil
  ) {
    self.row = row
    self.ledger = ledger
    self.applied = applied
    self.unplugs = unplugs
    self.phantoms = phantoms
    self.conditions = conditions
  }
}
