package import Vocabulary

/// All that the store holds of one domain, read in one transaction: what a pass starts from.
package struct DomainFile: Sendable {
  package let row: DomainRow
  /// The newest intent. `nil` also where it is damaged: no older one is taken for it.
  package var intent: IntentRow?
  /// The newest revision of each side, without its bytes.
  package let heads: BothSides<Revision?>
  package let ledger: [LedgerRow]
  package let applied: [AppliedDevice]
  package var unplugs: [UnplugRow]
  package var phantoms: [PhantomRow]
  package let conditions: [ConditionRow]
  package let openSteps: [StepRow]
  /// Operations that nobody ended: one that runs now, or one that a vmctl was stopped in.
  package let openOperations: [OperationID]
  /// Whether anything was ever recorded of it, readable or not.
  package let hasRecord: Bool
  /// Why the newest intent cannot be read. What is wanted is not known then, and never guessed.
  package let intentDamage: StoreError?
  /// Rows that are not what was written and are left out above.
  package let damage: [StoreError]
}

/// What a list of domains needs of each.
package struct DomainSummary: Sendable, Hashable {
  package let row: DomainRow
  /// The newest intent's.
  package let generation: Generation?
  package let canonicalDigest: Digest?
  package let heads: BothSides<Revision?>
  /// What of it is not what was written.
  package let damage: [StoreError]

  /// Whether it has a document that cannot be read.
  package var hasDamagedIntent: Bool {
    damage.contains { error in
      if case .corrupt(table: IntentHead.table.name, _) = error.kind { true } else { false }
    }
  }

  package static func == (left: DomainSummary, right: DomainSummary) -> Bool {
    left.row == right.row && left.generation == right.generation && left.canonicalDigest == right.canonicalDigest
      && left.heads == right.heads
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(row)
    hasher.combine(generation)
  }
}
