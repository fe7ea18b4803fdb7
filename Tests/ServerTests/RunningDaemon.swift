import Daemon
import Foundation
import Logging
import Server
import ServiceLifecycle
import Synchronization
import Testing
import Vocabulary

/// A daemon with an engine that keeps nothing, in a folder of its own.
struct RunningDaemon: Sendable {
  let folder: TemporaryFolder
  let engine: FakeEngine
  let control: FakeControl
  let log: Lines
  let systemd: DatagramSocket
  let group: ServiceGroup
  let parts: AccessParts
  let reloader: Reloader

  /// Runs until `body` returns; then stops it, and throws what the daemon ended with.
  static func run(
    settings change: (inout DaemonSettings, TemporaryFolder) throws -> Void = { _, _ in }, isReady: Bool = true,
    folder: TemporaryFolder? = nil, engine given: FakeEngine? = nil, stopLimit: Duration = .seconds(20),
    _ body: @Sendable (RunningDaemon) async throws -> Void
  ) async throws {
    let folder = try folder ?? TemporaryFolder()
    let control = FakeControl()
    control.setReady(isReady)
    let log = Lines()
    let level = DaemonLogHandler.Settings(level: .debug)
    let logger = Logger(label: "vmctld") { label in
      DaemonLogHandler(label: label, format: .text, hasPriorities: false, settings: level, write: log.add)
    }
    let systemd = try DatagramSocket(folder.file("notify"))
    let text =
      "store: \(folder.file("db"))\nsocket: {path: \(folder.file("run/s"))}\ntokens: \(folder.file("tokens"))\n"
    try folder.write("config", text)
    let read: @Sendable () -> Result<DaemonSettings, Problem> = {
      Result { () throws(Problem) in
        try SettingsReader(environment: [:], isRoot: true) { _ in false }.settings(file: folder.file("config"))
      }
    }
    var settings = try read().get()
    try change(&settings, folder)
    let parts = try AccessParts(settings, logger: logger)
    let reloader = Reloader(settings, parts: parts, log: level, logger: logger, read: read)
    var assembly = Assembly(
      settings, parts: parts, reloader: reloader,
      notifier: SystemdNotifier(environment: ["NOTIFY_SOCKET": folder.file("notify")]), logger: logger,
      serving: Assembly.serving(metrics: { "vmctl_up 1\n" }))
    assembly.stopSignals = []
    assembly.drainLimit = .milliseconds(500)
    assembly.stopLimit = stopLimit
    // Tests run by the hundred on few cores.
    assembly.slack = .seconds(120)
    let engine = given ?? FakeEngine(control)
    let group = try await assembly.group(engine)
    let daemon = RunningDaemon(
      folder: folder, engine: engine, control: control, log: log, systemd: systemd, group: group, parts: parts,
      reloader: reloader)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      do {
        try await body(daemon)
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  var socket: String { folder.file("run/s") }

  func listens() async throws {
    try await eventually("the socket listens") {
      (try? TemporaryFolder.mode(of: socket)) == 0o660
    }
  }

  func get(_ target: String, token: String? = nil) async throws -> RawResponse {
    let connection = try RawConnection(socket)
    try await connection.send(RunningServer.text("GET", target, token: token))
    return try await connection.response()
  }
}
