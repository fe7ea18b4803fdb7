package import Hummingbird
package import Server

extension Assembly {
  /// The API as the daemon serves it.
  ///
  /// `metrics` gives Prometheus' text. `meter` counts requests, and `subscribersChanged` is told how many clients follow
  /// the events.
  package static func serving(
    metrics: @escaping @Sendable () async -> String,
    meter: (any MiddlewareProtocol<Request, Response, APIContext>)? = nil,
    subscribersChanged: @escaping @Sendable (Int) -> Void = { _ in }
  ) -> Serving {
    { control, settings, parts, logger, listening in
      try APIServer(
        control: control, authenticator: parts.authenticator, gate: parts.gate, limits: settings.limits,
        logger: logger, metrics: metrics, meter: meter, subscribersChanged: subscribersChanged, listening: listening)
    }
  }
}
