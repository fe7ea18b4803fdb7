import Foundation
import Vocabulary

/// A line of the audit log.
package enum AuditLine: Sendable, Encodable {
  /// Before a change, where the log is required: no change without a line.
  case admitted(at: Int64, actor: String, method: String, route: String)
  case decided(AuditDecision)

  private enum Key: String, CodingKey {
    case at, actor, method, route, outcome
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .admitted(let at, let actor, let method, let route):
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(at, forKey: .at)
      try container.encode(actor, forKey: .actor)
      try container.encode(method, forKey: .method)
      try container.encode(route, forKey: .route)
      try container.encode("admitted", forKey: .outcome)
    case .decided(let decision): try decision.encode(to: encoder)
    }
  }

  /// With the end of the line.
  func bytes() throws(Problem) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    } catch {
      throw Problem("audit-failed", "an audit line cannot be encoded", underlying: "\(error)")
    }
  }
}
