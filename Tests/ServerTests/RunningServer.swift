import Control
import Foundation
import HTTPTypes
import Logging
import NIOCore
import Server
import ServiceLifecycle
import Synchronization
import Vocabulary

/// A server on a socket of its own, for one test.
struct RunningServer: Sendable {
  let path: String
  let control: FakeControl
  let gate: FakeGate
  let log: KeptLog

  /// Principals are by the token that they send; by default one for each scope, and `all`.
  static func run(
    limits: ServerLimits = ServerLimits(), principals: [String: Principal] = RunningServer.principals,
    control: FakeControl = FakeControl(), _ body: @Sendable (RunningServer) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "server-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let server = RunningServer(
      path: folder.appending(path: "s").path, control: control, gate: FakeGate(), log: KeptLog())
    let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
    var logger = Logger(label: "server") { _ in server.log }
    logger.logLevel = .trace
    let api = try APIServer(
      control: control, authenticator: FakeAuthenticator(principals: principals), gate: server.gate, limits: limits,
      logger: logger, metrics: { "vmctl_up 1\n" }, listening: { _ in isReady.finish() })
    let group = ServiceGroup(services: [api.service(for: .unix(path: server.path))], logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      for await _ in ready {}
      do {
        try await body(server)
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  static let principals: [String: Principal] = {
    var found = Dictionary(
      uniqueKeysWithValues: Scope.allCases.map { ($0.rawValue, Principal(name: "token:\($0)", scopes: [$0])) })
    found["all"] = Principal(name: "token:all", scopes: Set(Scope.allCases))
    return found
  }()

  func connection() throws -> RawConnection { try RawConnection(path) }

  func request(
    _ method: String, _ target: String, token: String? = "all", headers: [String: String] = [:], body: String? = nil
  ) async throws -> RawResponse {
    let connection = try connection()
    try await connection.send(RunningServer.text(method, target, token: token, headers: headers, body: body))
    return try await connection.response()
  }

  static func text(
    _ method: String, _ target: String, token: String? = "all", headers: [String: String] = [:], body: String? = nil
  ) -> String {
    var lines = ["\(method) \(target) HTTP/1.1", "Host: vmctl"]
    if let token { lines.append("Authorization: Bearer \(token)") }
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) { lines.append("\(name): \(value)") }
    if let body {
      if headers["Content-Type"] == nil { lines.append("Content-Type: application/json") }
      lines.append("Content-Length: \(body.utf8.count)")
    }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
  }
}

/// Knows who sends by the token.
struct FakeAuthenticator: Authenticator {
  let principals: [String: Principal]

  func principal(of channel: any Channel, _ head: HTTPRequest) async -> Principal? {
    head.headerFields[.authorization].flatMap { principals[String($0.dropFirst("Bearer ".count))] }
  }
}

/// Lets everybody in, or nobody, and keeps what was decided.
final class FakeGate: RequestGate {
  private let state = Mutex<(problem: Problem?, decisions: [AuditDecision])>((nil, []))

  func refuse(with problem: Problem) { state.withLock { $0.problem = problem } }

  var decisions: [AuditDecision] { state.withLock { $0.decisions } }

  func admit(_ principal: Principal, route: String, method: String) async throws(Problem) {
    if let problem = state.withLock({ $0.problem }) { throw problem }
  }

  func note(_ decision: AuditDecision) async { state.withLock { $0.decisions.append(decision) } }
}

/// Every line that was logged.
final class KeptLog: LogHandler {
  private let state = Mutex<(lines: [String], metadata: Logger.Metadata, level: Logger.Level)>(([], [:], .trace))

  var text: String { state.withLock { $0.lines.joined(separator: "\n") } }

  func log(event: LogEvent) {
    state.withLock { $0.lines.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { state.withLock { $0.metadata[key] } }
    set { state.withLock { $0.metadata[key] = newValue } }
  }

  var metadata: Logger.Metadata {
    get { state.withLock { $0.metadata } }
    set { state.withLock { $0.metadata = newValue } }
  }

  var logLevel: Logger.Level {
    get { state.withLock { $0.level } }
    set { state.withLock { $0.level = newValue } }
  }
}
