import Control
import Server
import Testing
import Vocabulary

@Suite("What is refused over HTTP, and how", .timeLimit(.minutes(2)))
struct RefusalTests {
  static let cases: [(String, String, [String: String], String?, Int, String)] = [
    ("GET", "/", [:], nil, 404, "no-such-route"), ("GET", "/v1/nothing", [:], nil, 404, "no-such-route"),
    ("GET", "/v1/domains/", [:], nil, 400, "malformed-request"),
    ("HEAD", "/healthz", [:], nil, 405, "method-not-allowed"),
    ("PATCH", "/v1/domains/web", [:], nil, 405, "method-not-allowed"),
    ("GET", "/v1/domains/a%20b", [:], nil, 400, "malformed-request"),
    ("GET", "/v1/domains/..", [:], nil, 400, "malformed-request"),
    ("GET", "/v1/domains?limt=3", [:], nil, 400, "malformed-request"),
    ("GET", "/v1/domains?limit=0", [:], nil, 400, "malformed-request"),
    ("GET", "/v1/domains?limit=1&limit=2", [:], nil, 400, "malformed-request"),
    ("GET", "/v1/domains?label=a=1&label=a=2", [:], nil, 400, "malformed-request"),
    ("GET", "/v1/domains?after=%zz", [:], nil, 400, "malformed-request"),
    ("GET", "/v1/operations/3?wait=3", [:], nil, 400, "malformed-request"),
    ("GET", "/v1/domains", [:], "{}", 400, "malformed-request"),
    ("POST", "/v1/domains/web/start", [:], "{", 400, "malformed-request"),
    ("POST", "/v1/domains/web/start", [:], #"{"timeut":"3s"}"#, 422, "usage"),
    ("POST", "/v1/domains/web/start", [:], #"{"timeout":3}"#, 422, "usage"),
    ("POST", "/v1/domains/web/start", ["Content-Type": "text/plain"], "{}", 415, "media-type"),
    ("PUT", "/v1/domains/web/intent", ["Content-Type": "text/html"], "a", 415, "media-type"),
    ("PUT", "/v1/domains/web/intent", RouteSample.yaml, nil, 400, "malformed-request"),
    ("POST", "/v1/domains/web/password", [:], "{}", 422, "usage"),
    ("GET", "/v1/domains", ["Origin": "https://evil.example"], nil, 403, "forbidden"),
    ("GET", "/v1/domains", ["Origin": "null"], nil, 403, "forbidden"),
    (
      "POST", "/v1/plan", [:], String(repeating: "[", count: 65) + String(repeating: "]", count: 65), 400,
      "malformed-request"
    ),
  ]

  @Test("Each is a problem with its status and a code, and nothing is asked of the control", arguments: cases.indices)
  func refused(index: Int) async throws {
    let (method, target, headers, body, status, code) = RefusalTests.cases[index]
    try await RunningServer.run { server in
      let response = try await server.request(method, target, headers: headers, body: body)
      #expect(response.status == status, "\(response.body)")
      #expect(response.headers["content-type"] == "application/problem+json")
      #expect(server.control.takeCalls().isEmpty)
      #expect(response.headers["x-request-id"]?.isEmpty == false)
      if status == 405 { #expect(response.headers["allow"]?.isEmpty == false) }
      // To HEAD there is no body.
      if method != "HEAD" {
        #expect(response["code"] == code)
        #expect(response["type"] == "urn:vmctl:problem:\(code)")
        #expect(response["status"] == String(status))
      }
    }
  }

  @Test("A page of the server's own origin is let through")
  func ownOrigin() async throws {
    try await RunningServer.run { server in
      let response = try await server.request("GET", "/v1/domains", headers: ["Origin": "https://vmctl"])
      #expect(response.status == 200)
    }
  }

  @Test(
    "What the control refuses has the status of its code; stale is 412 where a generation was expected",
    arguments: [
      ("precondition-required", [:], 428), ("stale-generation", ["If-Match": "\"7\""], 412),
      ("stale-generation", ["If-None-Match": "*"], 412), ("stale-generation", [:], 409),
      ("invalid-document", [:], 422), ("secret-in-document", [:], 422), ("policy", [:], 403),
      ("idempotency-mismatch", [:], 409), ("name-reuse", [:], 409), ("protected", [:], 409), ("gone", [:], 410),
      ("no-such-domain", [:], 404), ("store", [:], 503), ("no-connection", [:], 503), ("start-failed", [:], 500),
    ])
  func statuses(code: String, headers: [String: String], status: Int) async throws {
    try await RunningServer.run { server in
      server.control.fail(
        with: Problem(
          Problem.Code(rawValue: code), "so it is", domain: "web", path: "spec", wanted: "7", found: "8",
          remedy: "look"))
      let response = try await server.request(
        "PUT", "/v1/domains/web/intent", headers: RouteSample.yaml.merging(headers) { $1 }, body: "x")
      #expect(response.status == status)
      #expect(response["code"] == code)
      #expect(response["detail"] == "so it is")
      #expect(response["remedy"] == "look")
      #expect(response["found"] == "8")
    }
  }

  @Test("Events that are not kept any more: 410")
  func tooOld() async throws {
    try await RunningServer.run { server in
      server.control.fail(with: Problem("events-too-old", "not kept"))
      let response = try await server.request("GET", "/v1/events?after=3")
      #expect(response.status == 410)
      #expect(response["code"] == "events-too-old")
      #expect(server.control.takeCalls() == ["events 3"])
    }
  }

  @Test("Something that is not HTTP gets a problem too, and the connection is closed")
  func notHTTP() async throws {
    try await RunningServer.run { server in
      let connection = try server.connection()
      try await connection.send("what is this\r\n\r\n")
      let response = try await connection.response()
      #expect(response.status == 400)
      #expect(response["code"] == "malformed-request")
      #expect(try await connection.isClosed(within: 5))
    }
  }
}
