import Control
import Server
import Testing
import Vocabulary

@Suite("Limits of one client, which others do not feel", .timeLimit(.minutes(2)))
struct LimitTests {
  @Test("10 MB are cut off, whether announced or not", arguments: [true, false])
  func large(isAnnounced: Bool) async throws {
    try await RunningServer.run { server in
      let connection = try server.connection()
      let head =
        "PUT /v1/domains/web/intent HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer all\r\nContent-Type: application/yaml\r\n"
      let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 10 << 20)
      if isAnnounced {
        try await connection.send(head + "Content-Length: \(bytes.count)\r\n\r\n")
        try await connection.send(bytes)
      } else {
        try await connection.send(head + "Transfer-Encoding: chunked\r\n\r\n\(String(bytes.count, radix: 16))\r\n")
        try await connection.send(bytes)
      }
      let response = try await connection.response()
      #expect(response.status == 413)
      #expect(response["code"] == "too-large")
      #expect(try await connection.isClosed(within: 5))
      #expect(server.control.takeCalls().isEmpty)
      #expect(try await server.request("GET", "/v1/domains").status == 200)
    }
  }

  @Test("A body that does not arrive is not waited for; others are answered meanwhile")
  func slow() async throws {
    var limits = ServerLimits()
    limits.bodyTimeout = .seconds(1)
    try await RunningServer.run(limits: limits) { server in
      let connection = try server.connection()
      try await connection.send(
        "PUT /v1/domains/web/intent HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer all\r\nContent-Type: application/yaml\r\n"
          + "Content-Length: 100\r\n\r\nabc")
      #expect(try await server.request("GET", "/v1/domains").status == 200)
      let response = try await connection.response()
      #expect(response.status == 408)
      #expect(response["code"] == "body-timeout")
      #expect(try await connection.isClosed(within: 5))
    }
  }

  @Test("A head that does not end, and a connection that says nothing, are closed", arguments: ["GET / HTT", ""])
  func silent(text: String) async throws {
    var limits = ServerLimits()
    limits.headerTimeout = .milliseconds(500)
    limits.idleTimeout = .milliseconds(text.isEmpty ? 500 : 60_000)
    try await RunningServer.run(limits: limits) { server in
      let connection = try server.connection()
      try await connection.send(text)
      #expect(try await connection.isClosed(within: 5))
    }
  }

  @Test("Headers beyond the limit are refused")
  func headers() async throws {
    try await RunningServer.run { server in
      let connection = try server.connection()
      try await connection.send(
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + String(repeating: "a", count: 40 << 10) + "\r\n\r\n")
      #expect(try await connection.response().status == 400)
    }
  }

  @Test("Beyond the number of connections the next waits for one to go")
  func connections() async throws {
    var limits = ServerLimits()
    limits.connections = 2
    try await RunningServer.run(limits: limits) { server in
      var held: [RawConnection] = []
      for _ in 0..<2 {
        let connection = try server.connection()
        try await connection.send(RunningServer.text("GET", "/healthz"))
        #expect(try await connection.response().status == 200)
        held.append(connection)
      }
      let third = try server.connection()
      try await third.send(RunningServer.text("GET", "/healthz"))
      async let waiting = third.response()
      try await Task.sleep(for: .milliseconds(300))
      #expect(!server.log.text.contains("Connection opened. [\"hb.connections\": 3]"))
      held.removeAll()
      #expect(try await waiting.status == 200)
    }
  }

  @Test("One connection serves many requests, one after the other and sent at once")
  func pipelined() async throws {
    try await RunningServer.run { server in
      let connection = try server.connection()
      try await connection.send(
        RunningServer.text("GET", "/healthz")
          + RunningServer.text("PUT", "/v1/domains/web/intent", headers: RouteSample.yaml, body: "abc")
          + RunningServer.text("GET", "/v1/domains"))
      #expect(try await connection.response().status == 200)
      #expect(try await connection.response().status == 202)
      #expect(try await connection.response().status == 200)
    }
  }
}
