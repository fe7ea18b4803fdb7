package import Vocabulary

/// The number of an operation in this store. Never given twice.
package struct OperationID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  package let number: Int64

  package init(_ number: Int64) {
    self.number = number
  }

  package var description: String { String(number) }

  package static func < (left: OperationID, right: OperationID) -> Bool { left.number < right.number }

  package init(from decoder: any Decoder) throws {
    number = try decoder.singleValueContainer().decode(Int64.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }
}

/// One thing done for one domain (or for none): what it was, and how it ended.
package struct OperationRow: Sendable, Hashable, Codable {
  package let id: OperationID
  package let domain: DomainKey?
  package let verb: String
  package let generation: Generation?
  package let startedAt: Timestamp
  /// `nil` while it runs, and after a crash until it is settled.
  package let end: End?

  package struct End: Sendable, Hashable, Codable {
    package let at: Timestamp
    package let outcome: String
    package let exitCode: Int
    package let summary: String

    package init(at: Timestamp, outcome: String, exitCode: Int, summary: String) {
      self.at = at
      self.outcome = outcome
      self.exitCode = exitCode
      self.summary = summary
    }
  }
}
