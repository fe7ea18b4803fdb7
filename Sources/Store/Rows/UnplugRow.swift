import Faults
package import Vocabulary

/// An unplug that was asked for. It holds its slot and its backing file until it ends.
package struct UnplugRow: Sendable, Hashable, Codable {
  /// A device, or a setting that needs the guest (vCPUs, R19).
  package let target: StepTarget
  /// libvirt's domain id of the run whose guest was asked: the request ends with it.
  package let run: Int
  package var state: State
  package var alias: String
  package var slot: Slot?
  package var since: Timestamp
  package var deadline: Timestamp
  package var otherwise: Otherwise
  /// How often the guest was asked. 0: on behalf of an earlier document, and the device is wanted again meanwhile; the
  /// guest still has that request and drops the device at its next reset.
  package var attempts: Int
  package var lastRequestAt: Timestamp?
  package var nextRequestAt: Timestamp?
  /// The last thing that libvirt or the guest said about it.
  package var said: String?

  package enum State: String, Sendable, Hashable, Codable, CaseIterable {
    case requested, waiting, released, refused, overdue
  }

  package enum Otherwise: String, Sendable, Hashable, Codable, CaseIterable {
    case keep, nextBoot
  }

  /// Whether the guest is asked again, as far as time goes.
  package func isDue(at now: Timestamp) -> Bool {
    PlantedBug.is(.asksWithoutPause) || attempts == 0 || nextRequestAt.map { now >= $0 } ?? false
  }

  /// Whether the guest had the time that its owner gave it.
  package func isOverdue(at now: Timestamp) -> Bool {
    !PlantedBug.is(.neverGivesUp) && attempts > 0 && now >= deadline
  }

  package init(
    target: StepTarget, run: Int, state: State, alias: String, slot: Slot? = nil, since: Timestamp, deadline: Timestamp,
    otherwise: Otherwise = .keep, attempts: Int = 0, lastRequestAt: Timestamp? = nil, nextRequestAt: Timestamp? = nil,
    said: String? = nil
  ) {
    self.target = target
    self.run = run
    self.state = state
    self.alias = alias
    self.slot = slot
    self.since = since
    self.deadline = deadline
    self.otherwise = otherwise
    self.attempts = attempts
    self.lastRequestAt = lastRequestAt
    self.nextRequestAt = nextRequestAt
    self.said = said
  }
}
