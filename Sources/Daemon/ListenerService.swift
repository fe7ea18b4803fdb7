package import ServiceLifecycle
import Synchronization
import Vocabulary

/// One listener of the API among the services: makes its place, serves, and lets requests that run finish, for a while.
package struct ListenerService: Service {
  /// Where a listener is on its way to be one.
  package final class Signal: Sendable {
    private let opened = Mutex(false)
    private let (bounds, bind) = AsyncStream.makeStream(of: Void.self)

    package init() {}

    /// Connections are taken, from everybody who may.
    package var isListening: Bool { opened.withLock { $0 } }

    /// The server is bound.
    package func bound() { bind.yield() }

    fileprivate func whenBound(_ open: () throws -> Void) async throws {
      // Goes on to wait, until it is cancelled.
      for await _ in bounds {
        try open()
        opened.withLock { $0 = true }
      }
    }
  }

  /// How long requests may run on when the daemon stops; then their connections are closed. The engine's time to finish
  /// steps comes after it.
  package static let drainLimit = Duration.seconds(5)

  private let socket: ControlSocket?
  private let signal: Signal
  private let drainLimit: Duration
  private let server: any Service

  /// - Parameters:
  ///   - server: the HTTP server; `signal` is told when it is bound.
  ///   - socket: the Unix socket that it listens on; `nil` for TCP.
  ///   - signal: where the listener is.
  ///   - drainLimit: how long requests may run on.
  package init(
    _ server: any Service, socket: ControlSocket?, signal: Signal, drainLimit: Duration = ListenerService.drainLimit
  ) {
    self.server = server
    self.socket = socket
    self.signal = signal
    self.drainLimit = drainLimit
  }

  package func run() async throws {
    try socket?.prepare()
    defer { socket?.remove() }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [server] in try await server.run() }
      group.addTask { [signal, socket] in try await signal.whenBound { try socket?.open() } }
      group.addTask { [drainLimit] in
        try await gracefulShutdown()
        try await Task.sleep(for: drainLimit)
      }
      // Whichever comes first: the server has ended, its place could not be opened, or it was given time enough.
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
