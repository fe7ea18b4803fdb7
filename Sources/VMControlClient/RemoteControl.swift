import Control
import Foundation
import Vocabulary

/// What a daemon offers, over HTTP: the same calls, documents and problems as in process, so whoever holds a
/// `VMControl` need not know where the work is done.
///
/// Blocks no thread of Swift's pool; each call is one connection, and a cancelled task ends it at once. What the
/// daemon has accepted goes on without its caller.
package struct RemoteControl: ResidentControl {
  package let client: HTTPClient

  package init(_ transport: any HTTPTransport, limits: HTTPLimits = HTTPLimits()) {
    client = HTTPClient(transport, limits: limits)
  }

  /// The daemon behind a socket of this host.
  package init(socket path: String) {
    self.init(UnixSocketTransport(path: path))
  }

  /// Longer than the daemon is asked to wait, so that it is the one that says so.
  static let slack = Duration.seconds(60)
  /// Looks at every page of a store, or asks libvirt about every domain of a host.
  static let longLook = Duration.seconds(1800)

  // MARK: Exchanges

  /// The answer to a request that went well; anything else is thrown as what it says.
  func answer(to request: HTTPRequest) async throws(Problem) -> HTTPResponse {
    let response = try await client.answer(to: request)
    guard response.head.isSuccess else { throw Problem(answer: response, to: request) }
    return response
  }

  func document<Document: Decodable>(_ request: HTTPRequest) async throws(Problem) -> Document {
    try read(Document.self, try await answer(to: request).body, of: request)
  }

  func read<Document: Decodable>(
    _ type: Document.Type, _ bytes: [UInt8], of request: HTTPRequest
  ) throws(Problem) -> Document {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw Problem(
        "daemon-answer", "vmctld's answer to \(request.method.rawValue) \(request.target) cannot be read",
        domain: request.domain, remedy: "are vmctl and vmctld of one version?", underlying: "\(error)")
    }
  }

  /// With a JSON body.
  func asking(_ request: HTTPRequest, _ body: some Encodable) throws(Problem) -> HTTPRequest {
    var request = request
    request.fields["content-type"] = "application/json"
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      request.body = Array(try encoder.encode(body))
    } catch {
      // No document of ours has a value that JSON lacks.
      throw Problem("error", "a request could not be written as JSON", underlying: "\(error)")
    }
    return request
  }

  /// `POST` that only looks: it can be asked again.
  func looking(_ path: String...) -> HTTPRequest { RemoteControl.posting(path, isSafe: true) }

  static func posting(_ path: [String], isSafe: Bool, domain: String? = nil) -> HTTPRequest {
    var request = HTTPRequest(.post, path, domain: domain)
    request.isSafe = isSafe
    return request
  }

  /// What belongs to one domain.
  static func domain(_ method: HTTPRequest.Method, _ domain: String, _ rest: String...) -> HTTPRequest {
    HTTPRequest(method, ["v1", "domains", domain] + rest, domain: domain)
  }

  /// A length of time as the API writes it.
  static func span(_ milliseconds: Int64) -> String { "\(milliseconds)ms" }

  /// An answer that holds several documents.
  struct Items<Item: Codable>: Codable {
    let items: [Item]
  }
}
