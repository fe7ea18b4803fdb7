import Control
import Server
import Testing
import Vocabulary

@Suite("Events over HTTP", .timeLimit(.minutes(2)))
struct EventTests {
  private func watch(_ server: RunningServer, _ target: String = "/v1/events", token: String = "all") async throws
    -> RawConnection
  {
    let connection = try server.connection()
    let before = server.control.watcherCount
    try await connection.send(RunningServer.text("GET", target, token: token))
    _ = try await connection.read(until: ": events\n\n")
    #expect(server.control.watcherCount == before + 1)
    return connection
  }

  @Test("Each event has its id, its type and itself as JSON; a comment comes where nothing happens")
  func form() async throws {
    var limits = ServerLimits()
    limits.heartbeat = .milliseconds(200)
    try await RunningServer.run(limits: limits) { server in
      let connection = try await watch(server)
      #expect(try await connection.read(until: ": \n\n").contains(": "))
      server.control.post(Sample.event(42))
      let text = try await connection.read(until: "}\n\n")
      #expect(text.contains("id: 42\nevent: conditions\ndata: {"))
    }
  }

  @Test("Only events of the domains that were asked for, and that may be looked at")
  func filtered() async throws {
    let principals = ["some": Principal(name: "s", scopes: [.read], selector: DomainSelector(names: ["web*"]))]
    try await RunningServer.run(principals: principals) { server in
      let all = try await watch(server, token: "some")
      let one = try await watch(server, "/v1/events?domain=web-2&domain=db", token: "some")
      for (number, domain) in ["db", "web", "web-2", nil].enumerated() {
        var event = Sample.event(number + 1, domain: domain)
        event.uuid = nil
        server.control.post(event)
      }
      var seen = try await all.read(until: "id: 4")
      #expect(seen.contains("id: 2") && seen.contains("id: 3") && !seen.contains("id: 1"))
      seen = try await one.read(until: "id: 4")
      #expect(seen.contains("id: 3") && !seen.contains("id: 2") && !seen.contains("id: 1"))
    }
  }

  @Test("A client that stops reading is cut off, and another goes on")
  func slowReader() async throws {
    var limits = ServerLimits()
    limits.writeTimeout = .seconds(1)
    limits.eventBuffer = 200
    try await RunningServer.run(limits: limits) { server in
      let stuck = try await watch(server)
      let live = try await watch(server)
      // More than sockets and buffers hold.
      for number in 1...1500 {
        server.control.post(Sample.event(number))
        if number % 10 == 0 { _ = try await live.read(until: "id: \(number)\n") }
      }
      server.control.post(Sample.event(1501))
      _ = try await live.read(until: "id: 1501\n")
      try await Task.sleep(for: .seconds(2))
      // What was under way comes, and then the end: never the last event.
      #expect(try await stuck.isClosed(within: 10))
    }
  }

  @Test("Beyond the number of subscribers: 503, until one goes")
  func places() async throws {
    var limits = ServerLimits()
    limits.eventSubscribers = 1
    limits.heartbeat = .milliseconds(100)
    try await RunningServer.run(limits: limits) { server in
      do {
        let first = try await watch(server)
        let refused = try await server.request("GET", "/v1/events")
        #expect(refused.status == 503)
        #expect(refused["code"] == "too-many-subscribers")
        withExtendedLifetime(first) {}
      }
      var status = 503
      for _ in 0..<50 where status == 503 {
        try await Task.sleep(for: .milliseconds(100))
        let connection = try server.connection()
        try await connection.send(RunningServer.text("GET", "/v1/events"))
        status = try await connection.read(until: "\r\n").contains("200") ? 200 : 503
      }
      #expect(status == 200)
    }
  }

  @Test("A server that stops ends its streams, and is not held up by them")
  func stop() async throws {
    let clock = ContinuousClock()
    let start = clock.now
    try await RunningServer.run { server in
      let connection = try await watch(server)
      _ = connection
    }
    #expect(clock.now - start < .seconds(20))
  }
}
