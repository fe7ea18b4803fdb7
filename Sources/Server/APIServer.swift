package import Control
import Foundation
package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
package import ServiceLifecycle
import Vocabulary

/// The HTTP API: one service for each listener, all with the same routes and limits.
package struct APIServer: Sendable {
  private let front: Front
  private let limits: ServerLimits
  private let logger: Logger
  private let listening: @Sendable (SocketAddress?) async -> Void

  /// `metrics` gives Prometheus' text for `/metrics`. `meter` is a middleware that counts requests by `endpointPath`;
  /// every answer passes it, refusals too. `subscribersChanged` is told how many clients follow the events, and
  /// `listening` of each listener once it takes connections.
  package init(
    control: any ResidentControl, authenticator: any Authenticator, gate: any RequestGate,
    limits: ServerLimits = ServerLimits(), logger: Logger, metrics: @escaping @Sendable () async -> String,
    meter: (any MiddlewareProtocol<Request, Response, APIContext>)? = nil,
    subscribersChanged: @escaping @Sendable (Int) -> Void = { _ in },
    listening: @escaping @Sendable (SocketAddress?) async -> Void = { _ in }
  ) throws {
    let table = RouteTable()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let services = RouteServices(
      limits: limits, subscribers: SubscriberCount(most: limits.eventSubscribers, changed: subscribersChanged),
      metrics: metrics, openAPI: ByteBuffer(bytes: try encoder.encode(OpenAPIDocument(table.routes).json)))
    front = Front(
      table: table, control: control, authenticator: authenticator, gate: gate, services: services, meter: meter)
    self.limits = limits
    self.logger = logger
    self.listening = listening
  }

  package func service(for listener: Listener) -> any Service {
    let limits = limits
    let table = front.table
    var configuration = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionGuard(limits: limits) { table.bodyLimit(of: $0, limits) }],
      idleTimeout: TimeAmount(limits.idleTimeout))
    configuration.httpDecoder = HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes, maxHeaderFieldCount: 100)
    switch listener {
    case .unix(let path, let mode):
      return SocketFileService(
        path: path,
        service: application(.http1(configuration: configuration), .unixDomainSocket(path: path)) {
          try SocketFileService.setMode(mode, of: path)
        })
    case .tcp(let host, let port, let identity):
      return application(.http1(configuration: configuration, behind: identity), .hostname(host, port: port))
    }
  }

  private func application(
    _ server: HTTPServerBuilder, _ address: BindAddress, ready: @escaping @Sendable () throws -> Void = {}
  ) -> any Service {
    let (listening, logger) = (listening, logger)
    return Application(
      responder: front, server: server,
      configuration: ApplicationConfiguration(
        address: address, serverName: "vmctld",
        availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: logger)),
      onServerRunning: { channel in
        do {
          try ready()
          await listening(channel.localAddress)
        } catch {
          logger.error("the socket's mode could not be set", metadata: ["error": "\(error)"])
          channel.close(promise: nil)
        }
      }, logger: logger)
  }
}
