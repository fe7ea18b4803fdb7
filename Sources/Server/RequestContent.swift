import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Vocabulary

/// The body of a request, held against what its route takes.
enum RequestContent {
  /// - Throws: `RequestFault` where it is too large or too slow, `Problem` where it is not as it must be, and what the
  ///   connection ended with.
  static func read(_ request: Request, _ route: Route, _ limits: ServerLimits) async throws -> [UInt8] {
    let limit = route.bodyLimit(limits)
    var bytes: [UInt8] = []
    for try await buffer in request.body {
      guard bytes.count + buffer.readableBytes <= limit else { throw RequestFault.bodyTooLarge(limit: limit) }
      bytes.append(contentsOf: buffer.readableBytesView)
    }
    try check(bytes, MediaTypeName.of(request.headers), route, limits)
    return bytes
  }

  private static func check(
    _ bytes: [UInt8], _ type: String?, _ route: Route, _ limits: ServerLimits
  ) throws(Problem) {
    guard let body = route.body else {
      if bytes.isEmpty { return }
      throw Problem("malformed-request", "this route takes no body")
    }
    if bytes.isEmpty {
      guard body.isRequired else { return }
      throw Problem("malformed-request", "the body is missing", wanted: body.types.joined(separator: ", "))
    }
    guard let type, body.types.contains(type) else {
      throw Problem("media-type", "this route takes another kind of body", wanted: body.types.joined(separator: ", "))
    }
    guard type == "application/json" else { return }
    guard JSONDepth.isWithin(limits.jsonDepth, bytes) else {
      throw Problem(
        "malformed-request", "arrays and objects are too deep in each other", wanted: "at most \(limits.jsonDepth)")
    }
    guard body.schema != .any else { return }
    let value: JSONValue
    do {
      value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw Problem("malformed-request", "the body is not JSON")
    }
    try body.schema.check(value)
  }
}

extension Route {
  func bodyLimit(_ limits: ServerLimits) -> Int { body?.isLarge == true ? limits.hostBytes : limits.bodyBytes }
}

extension RouteTable {
  /// Of the route that a request's head names.
  func bodyLimit(of head: HTTPRequest, _ limits: ServerLimits) -> Int {
    guard case .route(let route, _) = match(head.method, head.path ?? "") else { return limits.bodyBytes }
    return route.bodyLimit(limits)
  }
}

/// How deep JSON is, told from its brackets before anybody parses it.
enum JSONDepth {
  static func isWithin(_ most: Int, _ bytes: [UInt8]) -> Bool {
    var depth = 0
    var isText = false
    var isEscaped = false
    for byte in bytes {
      if isText {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isText = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        if depth > most { return false }
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
    }
    return true
  }
}
