package import Vocabulary

/// A problem as it goes over HTTP: `application/problem+json` (RFC 9457) with vmctl's own members.
package struct ProblemDocument: Sendable, Codable, Hashable {
  package static let urn = "urn:vmctl:problem:"

  package var type: String?
  package var title: String?
  package var status: Int?
  package var detail: String?
  package var code: String?
  package var domain: String?
  package var device: String?
  package var path: String?
  package var wanted: String?
  package var found: String?
  package var remedy: String?
  package var underlying: String?

  package init(_ problem: Problem, status: Int) {
    type = ProblemDocument.urn + problem.code.rawValue
    title = problem.code.rawValue.split(separator: "-").joined(separator: " ")
    self.status = status
    detail = problem.message
    code = problem.code.rawValue
    domain = problem.domain
    device = problem.device
    path = problem.path
    wanted = problem.wanted
    found = problem.found
    remedy = problem.remedy
    underlying = problem.underlying
  }

  /// The problem that it was made of; `nil` where it is not one of vmctl's.
  package var problem: Problem? {
    let urn = type.flatMap { type in
      type.hasPrefix(ProblemDocument.urn) ? String(type.dropFirst(ProblemDocument.urn.count)) : nil
    }
    guard let code = code ?? urn else { return nil }
    return Problem(
      Problem.Code(rawValue: code), detail ?? title ?? code, domain: domain, device: device, path: path,
      wanted: wanted, found: found, remedy: remedy, underlying: underlying)
  }
}
