package import Vocabulary

/// What a step or an unplug is aimed at, in the words of a plan: `device data`, `setting vcpus`.
package struct StepTarget: Sendable, Hashable, Codable {
  package let kind: String
  package let name: String

  package init(kind: String, name: String) {
    self.kind = kind
    self.name = name
  }
}

/// One step in the journal: strings and bytes. A plan is mapped to it in one place, outside this room.
package struct StepRow: Sendable, Hashable {
  package let operation: OperationID
  /// The step's place in its plan, from 1.
  package let order: Int
  package let target: StepTarget
  package let deviceKind: String?
  package let action: String
  package let side: Side?
  package let call: String
  package let effect: String
  package let slot: Slot?
  package let xml: XMLText?
  package let reason: String
  package let origin: ChangeOrigin
  package var state: State
  package var startedAt: Timestamp?
  package var settledAt: Timestamp?
  package var error: String?

  package enum State: String, Sendable, Hashable, Codable, CaseIterable {
    case planned
    /// The call may have been made: only a fresh read says what came of it (I5).
    case started
    case done
    case notDone
    case unknown
    /// Asked for; the guest has not answered.
    case waiting
    case skipped

    /// Whether something is still to be found out or to happen.
    package var isOpen: Bool {
      switch self {
      case .planned, .started, .unknown, .waiting: true
      case .done, .notDone, .skipped: false
      }
    }
  }

  package init(
    operation: OperationID, order: Int, target: StepTarget, deviceKind: String? = nil, action: String,
    side: Side? = nil, call: String, effect: String, slot: Slot? = nil, xml: XMLText? = nil, reason: String,
    origin: ChangeOrigin = .ours, state: State = .planned, startedAt: Timestamp? = nil, settledAt: Timestamp? = nil,
    error: String? = nil
  ) {
    self.operation = operation
    self.order = order
    self.target = target
    self.deviceKind = deviceKind
    self.action = action
    self.side = side
    self.call = call
    self.effect = effect
    self.slot = slot
    self.xml = xml
    self.reason = reason
    self.origin = origin
    self.state = state
    self.startedAt = startedAt
    self.settledAt = settledAt
    self.error = error
  }
}
