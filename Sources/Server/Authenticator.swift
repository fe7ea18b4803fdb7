package import HTTPTypes
package import NIOCore

/// Tells who a request comes from: by the connection, and by the bearer token where the transport allows one.
package protocol Authenticator: Sendable {
  /// - Returns: `nil` where nobody is known by that: 401.
  func principal(of channel: any Channel, _ head: HTTPRequest) async -> Principal?
}
