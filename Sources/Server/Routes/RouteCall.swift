package import Control
import Foundation
package import HTTPTypes
package import Hummingbird
package import NIOCore
package import Vocabulary

/// Decodes a request, makes one call, encodes the answer.
package typealias RouteHandler = @Sendable (RouteCall) async throws(Problem) -> Response

/// One request that was let through to its route: its parameters and body are as the route's table says.
package struct RouteCall: Sendable {
  package let route: Route
  package let control: any ResidentControl
  package let principal: Principal
  package let services: RouteServices
  package let channel: any Channel
  /// Of path and query.
  package let values: [String: [String]]
  package let headers: HTTPFields
  package let body: [UInt8]

  /// `{name}` of the path.
  package var domain: String { self["name"] ?? "" }

  package subscript(name: String) -> String? { values[name]?.first }

  package func flag(_ name: String) -> Bool { self[name] == "true" }

  package func integer(_ name: String) -> Int64? { self[name].flatMap { Int64($0) } }

  /// Milliseconds.
  package func duration(_ name: String) -> Int64? { self[name].flatMap(TextForm.milliseconds) }

  /// Milliseconds to wait, no more than the limit.
  package var wait: Int64 { min(duration("wait") ?? 0, services.limits.longestWait) }

  package func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

  package var requester: Requester { principal.requester }

  package var visibility: Visibility { Visibility(selector: principal.selector, control: control) }

  /// The body as what its schema, which it was checked against, stands for.
  package func decoded<Value: Decodable>(_ type: Value.Type) throws(Problem) -> Value {
    do {
      return try JSONDecoder().decode(type, from: body.isEmpty ? Data("{}".utf8) : Data(body))
    } catch {
      // Foundation's words quote what is there, which may be a secret.
      throw Problem("malformed-request", "the body is not what this route takes")
    }
  }

  package var mediaType: String? { MediaTypeName.of(headers) }
}

/// A media type without its parameters.
enum MediaTypeName {
  static func of(_ headers: HTTPFields) -> String? {
    headers[.contentType].map { value in
      String(value.prefix { $0 != ";" }).trimmingCharacters(in: .whitespaces).lowercased()
    }
  }
}
