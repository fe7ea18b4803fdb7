package import Vocabulary

/// What stands between a request whose sender is known and the route: how many requests he may send, and the record
/// of what was let through and what was not.
package protocol RequestGate: Sendable {
  /// Asked once for each request, after its sender is known and before its body is read.
  /// - Parameters:
  ///   - principal: who sent it.
  ///   - route: the path's template: `/v1/domains/{name}/intent`.
  ///   - method: `PUT`.
  /// - Throws: `rate-limited`, with the whole seconds to wait as `wanted`: `Retry-After`.
  func admit(_ principal: Principal, route: String, method: String) async throws(Problem)

  /// Takes down what was decided: once for each request that reached a route, when its status is known.
  func note(_ decision: AuditDecision) async
}
