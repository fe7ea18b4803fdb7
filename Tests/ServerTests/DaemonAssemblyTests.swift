import Control
import Daemon
import Foundation
import OperatorFiles
import Server
import ServiceLifecycle
import Synchronization
import Testing
import Vocabulary

@Suite("The daemon put together", .timeLimit(.minutes(5)))
struct DaemonAssemblyTests {
  @Test("the store is taken first, READY comes last, and a stop ends it all in the opposite order (E13)")
  func life() async throws {
    let seen = Mutex<RunningDaemon?>(nil)
    try await RunningDaemon.run(isReady: false) { daemon in
      seen.withLock { $0 = daemon }
      try await daemon.listens()
      try await eventually("the reason is said") { daemon.systemd.received().contains("STATUS=no libvirt") }
      #expect(try await daemon.get("/readyz").status == 503)
      daemon.control.setReady(true)
      try await eventually("READY is said") { daemon.systemd.received().contains("READY=1") }
      #expect(try await daemon.get("/readyz").status == 200)
      #expect(daemon.engine.calls == ["open", "run"])
    }
    let daemon = try #require(seen.withLock { $0 })
    #expect(daemon.engine.calls == ["open", "run", "stop", "ended"])
    #expect(daemon.systemd.received().contains("STOPPING=1"))
    #expect(!FileManager.default.fileExists(atPath: daemon.socket), "the socket goes with the daemon")
  }

  @Test("who runs the daemon has every scope on the socket, as the kernel knows him (E6)")
  func peer() async throws {
    try await RunningDaemon.run { daemon in
      try await daemon.listens()
      #expect(try await daemon.get("/v1/domains").status == 200)
      #expect(try await daemon.get("/v1/domains", token: "wrong").status == 401, "a wrong token is not overlooked")
    }
  }

  @Test("a daemon that cannot have the store touches nothing of the one that has it (E13)")
  func second() async throws {
    let folder = try TemporaryFolder()
    try await RunningDaemon.run(folder: folder) { first in
      try await first.listens()
      let held = Problem("store-held", "the store is held by vmctld (pid 7)")
      try FileManager.default.removeItem(atPath: folder.file("notify"))
      let problem = await #expect(throws: Problem.self) {
        try await RunningDaemon.run(folder: folder, engine: FakeEngine(refusal: held)) { _ in }
      }
      #expect(problem?.code.outcome.exitCode == 13)
      #expect(try await first.get("/healthz").status == 200)
    }
  }

  @Test("a request that does not end is cut off when the daemon stops; the engine still has its time (E13)")
  func drain() async throws {
    let seen = Mutex<RunningDaemon?>(nil)
    let clock = ContinuousClock()
    let started = Mutex(clock.now)
    try await RunningDaemon.run(settings: { settings, _ in settings.limits.bodyTimeout = .seconds(300) }) { daemon in
      seen.withLock { $0 = daemon }
      try await daemon.listens()
      let connection = try RawConnection(daemon.socket)
      try await connection.send("PUT /v1/domains/web/intent HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
      started.withLock { $0 = clock.now }
      await daemon.group.triggerGracefulShutdown()
      try await eventually("the engine has ended") { daemon.engine.calls.contains("ended") }
      withExtendedLifetime(connection) {}
    }
    #expect(clock.now - started.withLock { $0 } < .seconds(60))
  }

  @Test("an engine whose steps do not end is given up after its time, and that is an error (E13)")
  func overdue() async throws {
    let engine = FakeEngine(ignoresStop: true)
    let problem = await #expect(throws: Problem.self) {
      try await RunningDaemon.run(engine: engine, stopLimit: .milliseconds(300)) { try await $0.listens() }
    }
    #expect(problem?.code == "stop-overdue")
    engine.end()
  }

  @Test("a token is taken once it is in the file, and no more when it is taken back (E6)")
  func tokens() async throws {
    try await RunningDaemon.run { daemon in
      try await daemon.listens()
      let token = NewToken()
      let file = TokenFile(path: daemon.folder.file("tokens"))
      #expect(try await daemon.get("/v1/domains", token: token.text).status == 401)
      let record = TokenRecord(name: "ci", digest: token.digest, scopes: ["read"], expires: nil)
      try file.add(record)
      try await eventually("the file is read anew") {
        try await daemon.get("/v1/domains", token: token.text).status == 200
      }
      #expect(try await daemon.get("/v1/store/check", token: token.text).status == 200)
      try daemon.folder.write("tokens", "tokens: nonsense\n")
      try await eventually("the fault is told") { daemon.log.text.contains("tokens:1:9: a list is wanted here") }
      #expect(try await daemon.get("/v1/domains", token: token.text).status == 200, "a broken file keeps the old table")
      try daemon.folder.write("tokens", "tokens: []\n")
      try await eventually("the token is gone") {
        try await daemon.get("/v1/domains", token: token.text).status == 401
      }
      #expect(!daemon.log.text.contains(token.text))
    }
  }

  @Test("a reload takes peers, rates and the log level over, says what it cannot, and keeps all of a broken file (E13)")
  func reload() async throws {
    try await RunningDaemon.run { daemon in
      try await daemon.listens()
      let before = try daemon.folder.read("config")
      try daemon.folder.write("config", before + "peers: [{who: daemon, scopes: []}]\nresync: 1h\n")
      await daemon.reloader.reload()
      #expect(try await daemon.get("/v1/domains").status == 403)
      #expect(daemon.log.text.contains("setting=resync"))
      try daemon.folder.write("config", before + "peers: [{who: nobody, scopes: [read]}]\n")
      await daemon.reloader.reload()
      #expect(try await daemon.get("/v1/domains").status == 403)
      #expect(daemon.log.text.contains("what held before holds on"))
      try daemon.folder.write("config", before + "limits: {rate: 1, burst: 1}\n")
      await daemon.reloader.reload()
      // One a second: of many at once all but few are too many.
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<24 { group.addTask { try await daemon.get("/v1/domains").status } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.contains(429))
    }
  }
}
