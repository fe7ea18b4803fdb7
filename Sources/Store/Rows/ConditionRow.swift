package import Vocabulary

/// A condition as the last pass left it. Kept for its `since` and for what no look can see; it is worked out anew on
/// every pass.
package struct ConditionRow: Sendable, Hashable, Codable {
  package enum Status: Int64, Sendable, Hashable, Codable {
    case no = 0
    case yes = 1
    case unknown = 2
  }

  /// Why it is so; several hold side by side.
  package struct Reason: Sendable, Hashable, Codable {
    /// One word.
    package let reason: String
    /// One line: the table keeps a line for each reason.
    package let message: String

    package init(_ reason: String, _ message: String) {
      self.reason = Reason.line(reason)
      self.message = Reason.line(message)
    }

    private static func line(_ text: String) -> String {
      guard text.contains(where: \.isNewline) else { return text }
      return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
  }

  package let type: String
  package let status: Status
  package let reasons: [Reason]
  /// When status or the set of reasons became what they are.
  package let since: Timestamp
  package let observedGeneration: Generation?

  package init(
    type: String, status: Status, reasons: [Reason], since: Timestamp, observedGeneration: Generation?
  ) {
    self.type = type
    self.status = status
    self.reasons = reasons
    self.since = since
    self.observedGeneration = observedGeneration
  }

  /// With one reason.
  package init(
    type: String, status: Bool, reason: String, message: String, since: Timestamp, observedGeneration: Generation?
  ) {
    self.init(
      type: type, status: status ? .yes : .no, reasons: [Reason(reason, message)], since: since,
      observedGeneration: observedGeneration)
  }

  package var isTrue: Bool { status == .yes }
  package var message: String { reasons.map(\.message).joined(separator: "; ") }
}
