import Control
import Foundation
import Testing
import VMControlClient
import Vocabulary

/// `Examples/controller.py` against answers that a daemon gives on good days and on bad ones.
@Suite(.timeLimit(.minutes(5))) struct ControllerExampleTests {
  private static let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Examples/controller.py").path

  /// Runs it on a folder with one document of web-1.
  private func run(_ script: [[ScriptedServer.Act]], timeout: Int = 20) async throws
    -> (status: Int32, output: String, asked: [ScriptedServer.Asked])
  {
    let server = try ScriptedServer(script)
    defer { server.stop() }
    let folder = NSTemporaryDirectory() + "vmctl-controller-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // A folder that stays is only litter in the temporary directory.
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let document = "apiVersion: vmctl/v1\nkind: Domain\nmetadata:\n  labels: {a: b}\n  name: web-1\nspec: {}\n"
    try Data(document.utf8).write(to: URL(filePath: folder + "/web-1.yaml"))
    let words = ["--socket", server.path, "--generation", "42", "--timeout", String(timeout), folder]
    return try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            let process = Process()
            let pipe = Pipe()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3", ControllerExampleTests.script] + words
            process.standardOutput = pipe
            process.standardError = pipe
            try process.run()
            let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: bytes, as: UTF8.self), server.asked)
          })
      }
    }
  }

  private static func accepted() throws -> ScriptedServer.Act {
    .send(try Answer.value(RemoteControlTests.status, status: "202 Accepted", "etag: \"7\"\r\n"))
  }

  private static func report(_ ready: DomainCondition.Status, observed: Int64) throws -> ScriptedServer.Act {
    var report = RemoteControlTests.report
    report.conditions = [DomainCondition("Ready", ready, [.init("AsWanted", "all is")], observedGeneration: observed)]
    return .send(try Answer.value(report, "etag: \"6\"\r\n"))
  }

  private static func conditions(_ id: String, _ ready: DomainCondition.Status, observed: Int64) throws -> String {
    var event = ServerEvent(id: id, type: .conditions, at: 5)
    event.domain = "web-1"
    event.conditions = [DomainCondition("Ready", ready, [.init("AsWanted", "all is")], observedGeneration: observed)]
    return Answer.chunk("id: \(id)\nevent: conditions\ndata: \(try Answer.text(event))\n\n")
  }

  private static let stream = Answer.chunked("text/event-stream")

  @Test("it gives its document, waits over broken streams and lost events, and ends when Ready is of its generation")
  func converges() async throws {
    let ran = try await run([
      [.send("HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n")],
      [.slam],
      [Self.accepted()],
      // This one ends after an event that is of an older document.
      [.send(Self.stream), .wait(for: 5), .send(Self.conditions("11", .yes, observed: 6))],
      [Self.report(.yes, observed: 6)],
      [.send(Answer.problem(#"{"code":"events-too-old"}"#, status: "410 Gone"))],
      [.send(Self.stream), .wait(for: 8), .send(Self.conditions("90", .yes, observed: 7)), .hold],
      [Self.report(.no, observed: 7)],
    ])
    #expect(ran.status == 0, "\(ran.output)")
    let puts = ran.asked.filter { $0.line == "PUT /v1/domains/web-1/intent HTTP/1.1" }
    #expect(puts.count == 2 && Set(puts.map { $0.fields["idempotency-key"] }).count == 1)
    #expect(puts.allSatisfy { $0.body.contains("generation: 42\n") && $0.body.contains("  name: web-1\n") })
    let streams = ran.asked.filter { $0.line.hasPrefix("GET /v1/events?domain=web-1 ") }
    #expect(streams.map { $0.fields["last-event-id"] } == [nil, "11", nil])
    #expect(ran.output.contains("accepted, generation 7") && ran.output.contains("Ready=True"))
  }

  @Test("a domain that has somebody else's document is replaced by name of its generation (R16)")
  func replaces() async throws {
    let needed = Answer.problem(#"{"code":"precondition-required"}"#, status: "428 Precondition Required")
    let ran = try await run([
      [.send(needed)], [try Self.report(.yes, observed: 6)], [try Self.accepted()], [.send(Self.stream), .hold],
      [try Self.report(.yes, observed: 7)],
    ])
    #expect(ran.status == 0, "\(ran.output)")
    #expect(ran.asked.count == 5 && ran.asked[2].fields["if-match"] == "\"6\"")
  }

  @Test(
    "what is refused is its exit code, and says what to do",
    arguments: [
      ("409 Conflict", 13), ("412 Precondition Failed", 13), ("422 Unprocessable Content", 64), ("403 F", 12),
    ]
      as [(String, Int32)])
  func refused(_ status: String, _ code: Int32) async throws {
    let body = #"{"code":"stale-generation","detail":"it is older","remedy":"give a newer one"}"#
    let ran = try await run([[.send(Answer.problem(body, status: status))]])
    #expect(ran.status == code && ran.output.contains("it is older") && ran.output.contains("give a newer one"))
    #expect(ran.asked.count == 1)
  }

  @Test("what is not Ready in time is still waiting")
  func slow() async throws {
    let ran = try await run(
      [[try Self.accepted()], [.send(Self.stream), .hold], [try Self.report(.no, observed: 7)]], timeout: 3)
    #expect(ran.status == 11, "\(ran.output)")
  }
}
