package import Vocabulary

/// Something that happened, as watchers see it: made from the journal and from looks, after their commit.
package struct ServerEvent: Sendable, Codable, Hashable {
  package enum Kind: String, Sendable, Codable, Hashable {
    /// A document was accepted.
    case intent
    /// A step was begun, done, …
    case progress
    /// An operation is over, or waits.
    case operation
    /// The domain's conditions are these now.
    case conditions
    /// A domain appeared, went, or changed its state.
    case domain
    /// What happened before is not known any more: each domain follows as it is now.
    case resync
  }

  /// Grows from event to event; given as `Last-Event-ID` it continues after this one.
  package let id: String
  package let type: Kind
  /// Milliseconds since 1970.
  package let at: Int64
  package var domain: String?
  package var uuid: UniversalID?
  package var generation: Int64?
  package var state: String?
  package var progress: ProgressEvent?
  package var operation: OperationStatus?
  package var conditions: [DomainCondition]?

  package init(id: String, type: Kind, at: Int64) {
    self.id = id
    self.type = type
    self.at = at
  }
}
