package import Hummingbird

/// What routes use beside the control.
package struct RouteServices: Sendable {
  package let limits: ServerLimits
  package let subscribers: SubscriberCount
  package let metrics: @Sendable () async -> String
  /// The served OpenAPI document.
  package let openAPI: ByteBuffer
}
