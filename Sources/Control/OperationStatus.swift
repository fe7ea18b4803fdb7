package import Vocabulary

/// Something that was asked of a daemon, and where it stands: what a 202 answers, and `GET /v1/operations/{id}`.
package struct OperationStatus: Sendable, Codable, Hashable {
  package enum State: String, Sendable, Codable, Hashable {
    /// Durable, and not begun.
    case pending
    case running
    /// What there is to do now is done; the guest or the next boot has the rest.
    case waiting
    /// It is over; `outcome` says how.
    case done
    /// A newer document took its place before it was applied.
    case superseded
  }

  package var apiVersion = "vmctl/v1"
  package var kind = "OperationStatus"
  /// A verb's: the number in the history. A document's: the domain's UUID, a dot and the generation. Both outlive a
  /// restart of the daemon.
  package let id: String
  package let domain: String
  package var uuid: UniversalID?
  package let verb: String
  package var generation: Int64?
  package var state: State
  /// Set once it is over or waits.
  package var outcome: Outcome?
  package var exitCode: Int32?
  package var summary: String
  /// Milliseconds since 1970.
  package var startedAt: Int64?
  package var endedAt: Int64?
  /// What was done and what is left, where it is known.
  package var report: OperationReport?

  package init(id: String, domain: String, verb: String, state: State, summary: String) {
    self.id = id
    self.domain = domain
    self.verb = verb
    self.state = state
    self.summary = summary
  }

  /// Whether waiting longer would not change it by itself.
  package var isOver: Bool { state == .done || state == .superseded }
}
