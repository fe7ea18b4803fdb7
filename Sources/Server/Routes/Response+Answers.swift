import Control
import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore
package import Vocabulary

extension Response {
  static func json(
    _ value: some Encodable, status: HTTPResponse.Status = .ok, generation: Int64? = nil
  ) throws(Problem) -> Response {
    var headers: HTTPFields = [.contentType: "application/json"]
    if let generation { headers[.eTag] = "\"\(generation)\"" }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: try json(of: value)))
  }

  /// 202, with where the operation is followed.
  static func operation(_ status: OperationStatus) throws(Problem) -> Response {
    var response = try json(status, status: .accepted)
    response.headers[.location] = "/v1/operations/\(status.id)"
    return response
  }

  /// `application/problem+json` (RFC 9457).
  package static func problem(_ problem: Problem, status: Int? = nil) -> Response {
    let status = status ?? problem.code.httpStatus
    var headers: HTTPFields = [.contentType: "application/problem+json"]
    if problem.code == "rate-limited" { headers[.retryAfter] = problem.wanted ?? "1" }
    if problem.code == "unauthenticated" { headers[.wwwAuthenticate] = "Bearer" }
    return Response(
      status: HTTPResponse.Status(code: status), headers: headers,
      body: ResponseBody(byteBuffer: ProblemDocument(problem, status: status).bytes))
  }

  private static func json(of value: some Encodable) throws(Problem) -> ByteBuffer {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return ByteBuffer(bytes: try encoder.encode(value))
    } catch {
      throw Problem("internal", "the answer could not be written as JSON")
    }
  }
}

extension ProblemDocument {
  fileprivate var bytes: ByteBuffer {
    do {
      return ByteBuffer(bytes: try JSONEncoder().encode(self))
    } catch {
      // Strings and a number: there is nothing in it that JSON lacks.
      return ByteBuffer(string: #"{"type":"urn:vmctl:problem:internal","title":"internal","status":500}"#)
    }
  }
}

extension HTTPField.Name {
  static let vmctlUnchanged = literal("Vmctl-Unchanged")
  static let requestID = literal("X-Request-Id")

  private static func literal(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("'\(text)' is no header's name") }
    return name
  }
}
