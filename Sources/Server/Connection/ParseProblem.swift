import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes
import Vocabulary

/// What is answered to something that is not HTTP: Hummingbird's own answer to that is a bare 400.
enum ParseProblem {
  static func isMeant(by head: HTTPResponse) -> Bool {
    head.status == .badRequest && head.headerFields[.contentLength] == "0" && head.headerFields[.contentType] == nil
  }

  /// Head and body; Hummingbird's own end follows.
  static let parts: [HTTPResponsePart] = {
    let response = Response.problem(Problem("malformed-request", "this is not a request of HTTP/1.1"))
    var head = response.head
    head.headerFields[.connection] = "close"
    let body = ByteBuffer(string: ParseProblem.text)
    head.headerFields[.contentLength] = String(body.readableBytes)
    return [.head(head), .body(body)]
  }()

  private static let text =
    #"{"type":"urn:vmctl:problem:malformed-request","title":"malformed request","status":400,"#
    + #""detail":"this is not a request of HTTP/1.1","code":"malformed-request"}"#
}
