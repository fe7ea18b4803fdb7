import Control
import Server
import Testing
import Vocabulary

@Suite("Routes", .timeLimit(.minutes(2)))
struct RouteTests {
  @Test("Each route decodes its request, asks the control once, and encodes the answer")
  func calls() async throws {
    #expect(Set(RouteSample.all.map(\.operationID)) == Set(RouteTable().routes.map(\.operationID)))
    try await RunningServer.run { server in
      for sample in RouteSample.all {
        let connection = try server.connection()
        try await connection.send(
          RunningServer.text(sample.method, sample.target, headers: sample.headers, body: sample.body))
        if sample.operationID == "watchEvents" {
          let text = try await connection.read(until: ": events\n\n")
          #expect(text.hasPrefix("HTTP/1.1 200 OK"))
        } else {
          let response = try await connection.response()
          #expect(response.status == sample.status, "\(sample.operationID): \(response.body)")
        }
        #expect(server.control.takeCalls() == sample.calls, "\(sample.operationID)")
      }
    }
  }

  @Test("A 202 says where the operation is, which generation was accepted, and that nothing was written")
  func accepted() async throws {
    try await RunningServer.run { server in
      let response = try await server.request(
        "PUT", "/v1/domains/web/intent", headers: RouteSample.yaml, body: "kind: Domain")
      #expect(response.status == 202)
      #expect(response.headers["location"] == "/v1/operations/\(Sample.uuid).8")
      #expect(response.headers["etag"] == "\"8\"")
      #expect(response.headers["vmctl-unchanged"] == "true")
      #expect(response["state"] == "running")
    }
  }

  @Test("A document comes back byte for byte, with the generation that it is of")
  func document() async throws {
    try await RunningServer.run { server in
      let response = try await server.request("GET", "/v1/domains/web/intent")
      #expect(response.body == "kind: Domain\n")
      #expect(response.headers["etag"] == "\"7\"")
      #expect(response.headers["content-type"] == "application/yaml")
      #expect(server.control.takeCalls().last == "document web 7")
      let domain = try await server.request("GET", "/v1/domains/web")
      #expect(domain.headers["etag"] == "\"7\"")
      #expect(domain.body.contains(#""intent":{"source":"web.yaml","text":"kind: Domain\n"}"#))
    }
  }

  @Test("What a document is expected to replace is read strictly (R16)")
  func expectations() async throws {
    let read: [(String, [String: String], String)] = [
      ("nothing", [:], "nothing"), ("any", ["If-Match": "*"], "present"), ("none", ["If-None-Match": "*"], "absent"),
      ("a generation", ["If-Match": "\"12\""], "generation(12)"),
    ]
    let refused: [[String: String]] = [
      ["If-Match": "W/\"7\""], ["If-Match": "7"], ["If-Match": "\"7\", \"8\""], ["If-Match": "\"x\""],
      ["If-None-Match": "\"7\""], ["If-Match": ""], ["Idempotency-Key": "a b"],
    ]
    try await RunningServer.run { server in
      for (name, headers, words) in read {
        _ = try await server.request(
          "PUT", "/v1/domains/web/intent", headers: RouteSample.yaml.merging(headers) { $1 }, body: "x")
        #expect(server.control.takeCalls() == ["submit web web.yaml 1 \(words) - token:all full"], "\(name)")
      }
      for headers in refused {
        let response = try await server.request(
          "PUT", "/v1/domains/web/intent", headers: RouteSample.yaml.merging(headers) { $1 }, body: "x")
        #expect(response.status == 400, "\(headers)")
        #expect(server.control.takeCalls().isEmpty)
      }
      let both = try await server.request(
        "PUT", "/v1/domains/web/intent",
        headers: RouteSample.yaml.merging(["If-Match": "*", "If-None-Match": "*"]) { $1 }, body: "x")
      #expect(both.status == 409)
      #expect(server.control.takeCalls().isEmpty)
    }
  }

  @Test("Progress comes line by line as it happens, and work goes on when its reader has gone")
  func progress() async throws {
    try await RunningServer.run { server in
      server.control.holdProgress()
      let connection = try server.connection()
      try await connection.send(RunningServer.text("POST", "/v1/reconcile", body: #"{"all":true}"#))
      #expect(try await connection.read(until: "}\n").contains(#""phase":"begun""#))
      let progress = try #require(server.control.progress.first)
      progress.yield(Sample.finished)
      #expect(try await connection.read(until: "}\n").contains(#""phase":"finished""#))

      let (ended, feed) = AsyncStream.makeStream(of: Bool.self)
      do {
        let other = try server.connection()
        try await other.send(RunningServer.text("POST", "/v1/reconcile", body: #"{"all":true}"#))
        _ = try await other.read(until: "}\n")
      }
      let left = try #require(server.control.progress.last)
      left.onTermination = { reason in
        if case .finished = reason { feed.yield(true) } else { feed.yield(false) }
      }
      for number in 2...10 {
        left.yield(ProgressEvent(sequence: number, domain: "web", phase: .done))
        try await Task.sleep(for: .milliseconds(10))
      }
      left.finish()
      var iterator = ended.makeAsyncIterator()
      #expect(await iterator.next() == true)
      progress.finish()
    }
  }

  @Test("A stream that cannot begin is a problem with its status")
  func progressRefused() async throws {
    try await RunningServer.run { server in
      server.control.fail(with: Problem("job-in-progress", "another job holds the domain", domain: "web"))
      let response = try await server.request("POST", "/v1/reconcile", body: "{}")
      #expect(response.status == 409)
      #expect(response.headers["content-type"] == "application/problem+json")
      #expect(response["code"] == "job-in-progress")
    }
  }

  @Test("Readiness is told by the status too")
  func readiness() async throws {
    try await RunningServer.run { server in
      server.control.setReady(false)
      let response = try await server.request("GET", "/readyz", token: nil)
      #expect(response.status == 503)
      #expect(response.body.contains("no libvirt"))
    }
  }
}
