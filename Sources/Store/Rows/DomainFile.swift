package import Vocabulary

/// All that the store holds of one domain, read in one transaction: what a pass starts from.
package struct DomainFile: Sendable {
  package let row: DomainRow
  /// The newest intent.
  package let intent: IntentRow?
  /// The newest revision of each side, without its bytes.
  package let heads: BothSides<Revision?>
  package let ledger: [LedgerRow]
  package let applied: [AppliedDevice]
  package let unplugs: [UnplugRow]
  package let phantoms: [PhantomRow]
  package let conditions: [ConditionRow]
  package let openSteps: [StepRow]
  /// Operations that nobody ended: one that runs now, or one that a vmctl was stopped in.
  package let openOperations: [OperationID]
}

/// What a list of domains needs of each.
package struct DomainSummary: Sendable, Hashable {
  package let row: DomainRow
  /// The newest intent's.
  package let generation: Generation?
  package let canonicalDigest: Digest?
  package let heads: BothSides<Revision?>

  package static func == (left: DomainSummary, right: DomainSummary) -> Bool {
    left.row == right.row && left.generation == right.generation && left.canonicalDigest == right.canonicalDigest
      && left.heads == right.heads
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(row)
    hasher.combine(generation)
  }
}
