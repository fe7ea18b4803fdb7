/// Whether a daemon does its work: `GET /readyz`.
package struct ReadinessReport: Sendable, Codable, Hashable {
  package let isReady: Bool
  /// What is missing, in words; empty when it is ready.
  package let reasons: [String]
  /// How many domains the daemon keeps, and of how many it knows besides.
  package var managed = 0
  package var external = 0
  /// Domains that are due for a look.
  package var queued = 0

  package init(isReady: Bool, reasons: [String] = []) {
    self.isReady = isReady
    self.reasons = reasons
  }
}
