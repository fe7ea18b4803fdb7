package import Vocabulary

/// A condition as the last pass left it. Kept for its `since`; it is worked out anew on every pass.
package struct ConditionRow: Sendable, Hashable, Codable {
  package let type: String
  package let status: Bool
  package let reason: String
  package let message: String
  package let since: Timestamp
  package let observedGeneration: Generation?

  package init(
    type: String, status: Bool, reason: String, message: String, since: Timestamp, observedGeneration: Generation?
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.since = since
    self.observedGeneration = observedGeneration
  }
}
