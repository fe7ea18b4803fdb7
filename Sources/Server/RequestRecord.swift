import Digests
import Foundation
import Hummingbird
import Vocabulary

/// What is known of a request so far, for the log and the audit. Nothing of its body but the digest of a document.
struct RequestRecord {
  let id = RequestID().description
  let at = Int64(Date.now.timeIntervalSince1970 * 1000)
  let method: String
  let path: String
  var route: Route?
  var actor: String?
  var domain: String?
  private(set) var digest: String?
  /// It has come as far as the handler.
  var isAdmitted = false
  var problem: Problem?

  init(_ request: Request) {
    method = request.method.rawValue
    path = String((request.head.path ?? "").prefix { $0 != "?" })
  }

  mutating func document(_ bytes: [UInt8]) { digest = Digest(of: bytes).description }

  /// `nil` where nothing was decided: no route, or one for anybody.
  func decision(_ status: Int) -> AuditDecision? {
    guard let route, route.access != .anybody else { return nil }
    return AuditDecision(
      at: at, requestID: id, actor: actor, scope: route.access.scopes.first, method: method, path: path,
      domain: domain, digest: digest, status: status,
      outcome: status < 400 ? .allowed : isAdmitted ? .failed : .refused)
  }
}
