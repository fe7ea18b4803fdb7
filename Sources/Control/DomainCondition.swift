/// One thing that holds of a domain or does not, as the last look at it found it. Worked out anew each time.
package struct DomainCondition: Sendable, Codable, Hashable {
  /// Kubernetes' words, which programs that watch conditions know.
  package enum Status: String, Sendable, Codable, Hashable {
    case yes = "True"
    case no = "False"
    case unknown = "Unknown"

    package init(_ value: Bool) { self = value ? .yes : .no }
  }

  /// Why it is so: several reasons may hold side by side.
  package struct Reason: Sendable, Codable, Hashable {
    /// One word in CamelCase that programs may switch on.
    package let reason: String
    package let message: String

    package init(_ reason: String, _ message: String) {
      self.reason = reason
      self.message = message
    }
  }

  /// `Ready`, `Reconciling`, `Stalled`, `RestartRequired`, `UnplugPending`, `DriftDetected`, `ABIStable`, `Gone` …
  package let type: String
  package let status: Status
  /// The first of `reasons`.
  package let reason: String
  package let message: String
  /// Milliseconds since 1970 when `status` or the set of `reasons` became what they are; `nil` where only this look
  /// found it so.
  package var since: Int64?
  /// The generation that was evaluated. Older than the domain's: what is said is of an earlier document.
  package var observedGeneration: Int64?
  package let reasons: [Reason]

  package init(
    _ type: String, _ status: Status, _ reasons: [Reason], since: Int64? = nil, observedGeneration: Int64? = nil
  ) {
    self.type = type
    self.status = status
    reason = reasons.first?.reason ?? ""
    message = reasons.first?.message ?? ""
    self.since = since
    self.observedGeneration = observedGeneration
    self.reasons = reasons
  }

  package init(type: String, status: Bool, reason: String, message: String) {
    self.init(type, Status(status), [Reason(reason, message)])
  }

  package var isTrue: Bool { status == .yes }
}
