package import Control
package import Logging
package import NIOCore
package import Server
package import ServiceLifecycle
package import UnixSignals
package import Vocabulary

/// A daemon put together: the engine, then the listeners, then what tells systemd; stopped the other way round.
package struct Assembly: Sendable {
  /// Makes the API over an engine; it says which address it listens on.
  package typealias Serving =
    @Sendable (any ResidentControl, DaemonSettings, AccessParts, Logger, @escaping Listening) throws -> APIServer
  package typealias Listening = @Sendable (SocketAddress?) async -> Void

  package let settings: DaemonSettings
  package let parts: AccessParts
  package let reloader: Reloader
  package let notifier: SystemdNotifier
  package let logger: Logger
  package var drainLimit = ListenerService.drainLimit
  package var stopLimit = EngineService.stopLimit
  /// Beyond its services' own limits: what is not over then is cut off.
  package var slack = Duration.seconds(5)
  /// None in tests, which stop a group by its own call.
  package var stopSignals: [UnixSignal] = [.sigterm, .sigint]
  private let serving: Serving

  package init(
    _ settings: DaemonSettings, parts: AccessParts, reloader: Reloader, notifier: SystemdNotifier, logger: Logger,
    serving: @escaping Serving
  ) {
    self.settings = settings
    self.parts = parts
    self.reloader = reloader
    self.notifier = notifier
    self.logger = logger
    self.serving = serving
  }

  /// Takes the store, then makes the services. Nothing of another daemon has been touched where this throws.
  package func group(_ engine: any Engine) async throws(Problem) -> ServiceGroup {
    let socket = ControlSocket(path: settings.socketPath, group: try AccessParts.group(of: settings))
    let address = try settings.listen.address.map { (text) throws(Problem) in try ListenAddress(text) }
    let (local, remote) = (ListenerService.Signal(), ListenerService.Signal())
    let api = try made { [serving, settings, parts, logger] in
      try serving(engine.control, settings, parts, logger) { bound in
        if case .unixDomainSocket? = bound { local.bound() } else { remote.bound() }
      }
    }
    try await engine.open()
    var services: [(name: String, service: any Service)] = [("engine", EngineService(engine, stopLimit: stopLimit))]
    let unix = api.service(for: .unix(path: socket.path, mode: 0o600))
    services.append(("socket", ListenerService(unix, socket: socket, signal: local, drainLimit: drainLimit)))
    if let address {
      let tcp = api.service(for: .tcp(host: address.host, port: address.port, parts.tls))
      services.append(("tcp", ListenerService(tcp, socket: nil, signal: remote, drainLimit: drainLimit)))
    }
    let signals = address == nil ? [local] : [local, remote]
    services.append(("reload", ReloadService(reloader, notifier: notifier)))
    services.append(("memory", MemoryService()))
    services.append(
      ("readiness", ReadinessService(notifier: notifier, control: engine.control, listeners: signals, logger: logger)))
    var configuration = ServiceGroupConfiguration(
      services: services.map { name, service in
        ServiceGroupConfiguration.ServiceConfiguration(
          service: service, successTerminationBehavior: .gracefullyShutdownGroup,
          failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: name)
      }, gracefulShutdownSignals: stopSignals, logger: quiet)
    configuration.maximumGracefulShutdownDuration = drainLimit * 2 + stopLimit + slack
    return ServiceGroup(configuration: configuration)
  }

  private func made(_ make: () throws -> APIServer) throws(Problem) -> APIServer {
    do {
      return try make()
    } catch {
      throw error as? Problem ?? Problem("error", "the API cannot be made", underlying: "\(error)")
    }
  }

  /// The group says each service's start and end at info.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = max(logger.logLevel, .warning)
    return logger
  }
}
