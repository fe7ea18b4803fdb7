package import Vocabulary

/// What an operation did: the answer to a command, and a line of the history.
package struct OperationReport: Sendable, Codable, Hashable {
  package struct Step: Sendable, Codable, Hashable {
    package let order: Int
    package let target: TargetDocument
    package let kind: String?
    package let action: String
    package let side: String?
    package let slot: Slot?
    package let call: String
    package let reason: String
    /// `planned`, `started`, `done`, `notDone`, `unknown`, `waiting` or `skipped`.
    package let state: String
    /// Milliseconds since 1970.
    package let startedAt: Int64?
    package let settledAt: Int64?
    package let error: String?

    package init(
      order: Int, target: TargetDocument, kind: String?, action: String, side: String?, slot: Slot?, call: String,
      reason: String, state: String, startedAt: Int64?, settledAt: Int64?, error: String?
    ) {
      self.order = order
      self.target = target
      self.kind = kind
      self.action = action
      self.side = side
      self.slot = slot
      self.call = call
      self.reason = reason
      self.state = state
      self.startedAt = startedAt
      self.settledAt = settledAt
      self.error = error
    }
  }

  package var apiVersion = "vmctl/v1"
  package var kind = "Operation"
  /// `nil` where nothing was to do, so that nothing was journalled.
  package var id: Int64?
  package let domain: String
  package var uuid: UniversalID?
  package let verb: String
  package var generation: Int64?
  package var startedAt: Int64?
  package var endedAt: Int64?
  package var outcome: Outcome
  package var exitCode: Int32
  package var summary: String
  package var steps: [Step] = []
  package var refused: [RefusalDocument] = []
  package var drift: [DriftDocument] = []
  package var nextBoot: [PendingDocument] = []
  package var waiting: [WaitingDocument] = []
  package var notes: [String] = []
  package var problems: [Problem] = []

  package init(
    id: Int64? = nil, domain: String, uuid: UniversalID? = nil, verb: String, generation: Int64? = nil,
    outcome: Outcome, summary: String
  ) {
    self.id = id
    self.domain = domain
    self.uuid = uuid
    self.verb = verb
    self.generation = generation
    self.outcome = outcome
    exitCode = outcome.exitCode
    self.summary = summary
  }
}

/// One thing that happened while an operation runs: made from the journal, after its commit, and from nothing else.
package struct ProgressEvent: Sendable, Codable, Hashable {
  package enum Phase: String, Sendable, Codable, Hashable {
    /// A step's call is about to be made.
    case begun
    case done
    case notDone
    case unknown
    /// The guest has been asked and has not answered.
    case waiting
    case skipped
    /// The operation on the domain is over; `report` says how.
    case finished
  }

  package let sequence: Int
  package let domain: String
  package let phase: Phase
  package var step: StepDocument?
  /// Milliseconds that the step has taken.
  package var duration: Int64?
  package var message: String?
  package var report: OperationReport?

  package init(
    sequence: Int, domain: String, phase: Phase, step: StepDocument? = nil, duration: Int64? = nil,
    message: String? = nil, report: OperationReport? = nil
  ) {
    self.sequence = sequence
    self.domain = domain
    self.phase = phase
    self.step = step
    self.duration = duration
    self.message = message
    self.report = report
  }
}
