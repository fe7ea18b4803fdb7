/// What a caller may do. None implies another: an automation's `admin` token must not be able to lift protection.
package enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
  /// Look at domains, plans, history and events; no document that could hold a secret.
  case read
  /// Give documents within the policy, and the verbs that follow from keeping a domain running.
  case reconcile
  /// Set and lift protection.
  case protect
  /// Raw XML, adopting, forgetting, deleting, restoring, and looking after the store.
  case admin
}
