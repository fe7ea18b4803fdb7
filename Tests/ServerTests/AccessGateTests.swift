import Control
import Foundation
import Logging
import Server
import Synchronization
import Testing
import Vocabulary

@Suite("The gate: rates and the audit log")
struct AccessGateTests {
  private let principal = Principal(name: "uid:7", scopes: [.read])

  private func decision(_ path: String = "/v1/domains/web") -> AuditDecision {
    AuditDecision(
      at: 17, requestID: "r1", actor: "uid:7", scope: .reconcile, method: "PUT", path: path, domain: "web",
      digest: "sha256:00", status: 202, outcome: .allowed)
  }

  private func gate(_ audit: AccessGate.Audit, _ log: KeptLog = KeptLog()) -> AccessGate {
    AccessGate(RateLimiter(.init(perSecond: 0)), audit: audit, logger: Logger(label: "test") { _ in log }) { 17 }
  }

  @Test("a principal sends a burst, then as many a second as allowed, and delays nobody else (E6)")
  func rates() {
    let time = Mutex(Duration.zero)
    let limiter = RateLimiter(.init(perSecond: 2, burst: 3)) { time.withLock { $0 } }
    #expect((0..<3).allSatisfy { _ in limiter.take("a") == nil })
    #expect(limiter.take("a") == .milliseconds(500))
    #expect(limiter.take("b") == nil)
    time.withLock { $0 += .milliseconds(500) }
    #expect(limiter.take("a") == nil)
    #expect(limiter.take("a") != nil)
    time.withLock { $0 += .seconds(3600) }
    #expect((0..<3).allSatisfy { _ in limiter.take("a") == nil })
    #expect(limiter.take("a") != nil, "a pause saves up no more than a burst")
    limiter.change(to: .init(perSecond: 0))
    #expect((0..<1000).allSatisfy { _ in limiter.take("a") == nil })
  }

  @Test("who sends too much is told how many whole seconds to wait")
  func refusal() async throws {
    let limiter = RateLimiter(.init(perSecond: 0.25, burst: 1)) { .zero }
    let gate = AccessGate(limiter, audit: .off, logger: Logger(label: "test") { _ in KeptLog() })
    try await gate.admit(principal, route: "/v1/domains", method: "GET")
    let problem = await #expect(throws: Problem.self) {
      try await gate.admit(principal, route: "/v1/domains", method: "GET")
    }
    #expect(problem?.code == "rate-limited" && problem?.wanted == "4")
  }

  @Test("each decision is a line of JSON, appended, for the daemon's user only")
  func lines() async throws {
    let folder = try TemporaryFolder()
    try folder.write("audit.log", "before\n")
    let log = try AuditLog(folder.file("audit.log"))
    let gate = gate(.wanted(log))
    await gate.note(decision())
    await gate.note(decision("/v1/a\nb\""))
    let lines = try folder.read("audit.log").split(separator: "\n")
    #expect(lines.count == 3 && lines[0] == "before")
    let found = try JSONDecoder().decode(AuditDecision.self, from: Data(lines[2].utf8))
    #expect(found == decision("/v1/a\nb\""))
    let fresh = try AuditLog(folder.file("new.log"))
    #expect(try TemporaryFolder.mode(of: fresh.path) == 0o600)
  }

  @Test("a log that was moved away is begun anew on reload, and a link is not followed")
  func rotation() async throws {
    let folder = try TemporaryFolder()
    let log = try AuditLog(folder.file("audit.log"))
    let gate = gate(.wanted(log))
    await gate.note(decision("/1"))
    try FileManager.default.moveItem(atPath: log.path, toPath: folder.file("old"))
    await gate.note(decision("/2"))
    try log.reopen()
    await gate.note(decision("/3"))
    #expect(try folder.read("old").split(separator: "\n").count == 2)
    #expect(try folder.read("audit.log").split(separator: "\n").count == 1)
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: folder.file("old"))
    #expect(throws: Problem.self) { try AuditLog(folder.file("link")) }
  }

  @Test("where the log is required, no change is let through that it cannot take; looks are")
  func required() async throws {
    // Every write to /dev/full fails as on a disk that is full.
    let log = KeptLog()
    let gate = gate(.required(try AuditLog("/dev/full")), log)
    let problem = await #expect(throws: Problem.self) {
      try await gate.admit(principal, route: "/v1/domains/{name}/intent", method: "PUT")
    }
    #expect(problem?.code == "audit-failed")
    #expect(problem?.code.httpStatus == 503)
    try await gate.admit(principal, route: "/v1/domains", method: "GET")
    await gate.note(decision())
    #expect(log.text.split(separator: "\n").count == 1, "said once, not for each request")
    let wanted = self.gate(.wanted(try AuditLog("/dev/full")), log)
    try await wanted.admit(principal, route: "/v1/domains/{name}/intent", method: "PUT")
  }

  @Test("where the log is required, the line goes before the change")
  func before() async throws {
    let folder = try TemporaryFolder()
    let gate = gate(.required(try AuditLog(folder.file("a"))))
    try await gate.admit(principal, route: "/v1/domains/{name}/start", method: "POST")
    #expect(try folder.read("a").contains(#""outcome":"admitted""#))
  }
}
