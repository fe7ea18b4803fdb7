package import Vocabulary

/// What the store knows of a domain beside its documents.
package struct DomainRow: Sendable, Hashable, Codable {
  package let key: DomainKey
  package var name: String
  /// Counts the domains that this name has had on this host, from 1.
  package var incarnation: Int
  package var origin: Origin
  package var createdAt: Timestamp
  /// The digest of `spec.creation` as it was read once (R10). `nil` for a domain that was there before.
  package var creationDigest: Digest?
  package var appliedGeneration: Generation?
  /// The newest generation that a pass has evaluated (R16).
  package var observedGeneration: Generation?
  package var isProtected: Bool
  /// `vmctl suspend`: hands off until `resume`.
  package var isSuspended: Bool
  package var power: Power
  /// Set where libvirt no longer has the domain (I11).
  package var gone: Gone?

  package enum Origin: String, Sendable, Hashable, Codable, CaseIterable {
    /// Defined by vmctl.
    case ours
    /// Seen, but neither defined nor adopted.
    case foreign
    case adopted
  }

  /// What R13 needs to know of who started, stopped and paused the domain.
  package struct Power: Sendable, Hashable, Codable {
    package var startedByUs = false
    package var stoppedByUs = false
    package var pausedByUs = false
    /// False until the first successful start: only then may `creation` still be taken again (R11).
    package var everStarted = false
    package var lastGoodStartAt: Timestamp?
    /// Starts that failed or crashed since the last good one.
    package var failedStarts = 0
    package var lastStartAt: Timestamp?

    package init() {}
  }

  package struct Gone: Sendable, Hashable, Codable {
    /// `Migrated`, `Undefined` or `Unknown` (R14).
    package let reason: String
    package let since: Timestamp

    package init(reason: String, since: Timestamp) {
      self.reason = reason
      self.since = since
    }
  }

  package init(
    key: DomainKey, name: String, incarnation: Int = 1, origin: Origin, createdAt: Timestamp,
    creationDigest: Digest? = nil, appliedGeneration: Generation? = nil, observedGeneration: Generation? = nil,
    isProtected: Bool = false, isSuspended: Bool = false, power: Power = Power(), gone: Gone? = nil
  ) {
    self.key = key
    self.name = name
    self.incarnation = incarnation
    self.origin = origin
    self.createdAt = createdAt
    self.creationDigest = creationDigest
    self.appliedGeneration = appliedGeneration
    self.observedGeneration = observedGeneration
    self.isProtected = isProtected
    self.isSuspended = isSuspended
    self.power = power
    self.gone = gone
  }
}
