import Control
import Foundation
import Testing
import VMControlClient
import Vocabulary

/// Answers that come bit by bit, daemons that go away, callers that do.
@Suite(.timeLimit(.minutes(5))) struct StreamTests {
  private static func event(_ sequence: Int, _ domain: String, _ phase: ProgressEvent.Phase) throws -> String {
    var event = ProgressEvent(sequence: sequence, domain: domain, phase: phase)
    if phase == .finished {
      event = ProgressEvent(
        sequence: sequence, domain: domain, phase: phase,
        report: OperationReport(domain: domain, verb: "reconcile", outcome: .asWanted, summary: "done"))
    }
    return try Answer.text(event) + "\n"
  }

  private static let head = Answer.chunked("application/x-ndjson")

  private func events(_ acts: [ScriptedServer.Act], of domains: [String] = []) async throws -> [ProgressEvent] {
    let server = try ScriptedServer([acts])
    defer { server.stop() }
    var events: [ProgressEvent] = []
    let request = ReconcileRequest(domains: domains, all: domains.isEmpty)
    for await event in try await RemoteControl(socket: server.path).reconcile(request) { events.append(event) }
    #expect(server.asked.first?.line == "POST /v1/reconcile HTTP/1.1")
    return events
  }

  @Test("progress comes an event a line, also where a line is in two chunks")
  func progress() async throws {
    let first = try Self.event(1, "a", .begun)
    let last = try Self.event(2, "a", .finished)
    let found = try await events([
      .send(Self.head + Answer.chunk(String(first.prefix(20)))),
      .send(Answer.chunk(first.dropFirst(20) + last) + Answer.end),
    ])
    #expect(found.map(\.phase) == [.begun, .finished] && found.last?.report?.outcome == .asWanted)
    #expect(try await events([.send(Self.head + Answer.end)]).isEmpty)
  }

  @Test("I10: cut off in the middle, every domain that had not ended ends with what is known")
  func cutOff() async throws {
    let text = try Self.event(1, "a", .begun) + Self.event(2, "b", .finished)
    let found = try await events([.send(Self.head + Answer.chunk(text))], of: ["a", "b", "c"])
    let lost = found.filter { $0.report?.problems.first?.code == "daemon-lost" }
    #expect(Set(lost.map(\.domain)) == ["a", "c"] && lost.allSatisfy { $0.report?.outcome == .error })
    #expect(lost.first { $0.domain == "a" }?.report?.problems.first?.message.contains("may have been accepted") == true)
    // Where every domain that was heard of had ended, there may be others.
    let others = try await events([.send(Self.head + Answer.chunk(try Self.event(1, "b", .finished)))])
    #expect(others.map { $0.report?.outcome } == [.asWanted, .error])
  }

  @Test("cut off before anything was said, it is thrown: a document may have been accepted, a look changed nothing")
  func lost() async throws {
    for acts in [[.slam], [.send("HTTP/1.1 200 O")], [.send(Self.head)]] as [[ScriptedServer.Act]] {
      let server = try ScriptedServer([acts, acts])
      defer { server.stop() }
      let control = RemoteControl(socket: server.path)
      await #expect {
        try await control.reconcile(ReconcileRequest(all: true))
      } throws: {
        let problem = $0 as? Problem
        return problem?.code == "daemon-lost" && problem?.remedy?.contains("vmctl get") == true
          && problem?.message.contains("may have been accepted") == true
      }
      await #expect { try await control.domains([]) } throws: {
        ($0 as? Problem)?.code == "daemon-lost" && ($0 as? Problem)?.message.contains("nothing was changed") == true
      }
    }
  }

  @Test("nobody there is another problem than gone: it says how to start a daemon")
  func absent() async throws {
    await #expect { try await RemoteControl(socket: "/nowhere/vmctl.sock").domains([]) } throws: {
      ($0 as? Problem)?.code == "no-daemon" && ($0 as? Problem)?.remedy?.contains("systemctl start vmctld") == true
    }
    let server = try ScriptedServer([])
    server.stop()
    #expect(UnixSocketTransport.probe(server.path) == ENOENT)
    #expect(UnixSocketTransport.probe(String(repeating: "x", count: 108)) == ENAMETOOLONG)
  }

  @Test("a refusal that comes before all of the body was read is heard")
  func early() async throws {
    let body = #"{"code":"too-large","detail":"at most 1 MiB"}"#
    let server = try ScriptedServer(
      [[.send(Answer.problem(body, status: "413 Content Too Large"))]], readingBody: false)
    defer { server.stop() }
    let source = IntentSource(name: "a", bytes: [UInt8](repeating: 120, count: 8 << 20))
    await #expect {
      try await RemoteControl(socket: server.path).submit(
        IntentSubmission(domain: "a", source: source, expecting: nil, idempotencyKey: nil, requester: .operator))
    } throws: {
      // What was not read may take the answer with it when the connection is closed.
      ["too-large", "daemon-lost"].contains(($0 as? Problem)?.code)
    }
  }

  @Test("a daemon that does not answer in time is given up")
  func slow() async throws {
    let server = try ScriptedServer([[.hold]])
    defer { server.stop() }
    var request = HTTPRequest(.get, ["healthz"])
    request.patience = .milliseconds(50)
    let client = HTTPClient(UnixSocketTransport(path: server.path))
    await #expect { try await client.answer(to: request) } throws: {
      ($0 as? Problem)?.code == "daemon-lost" && ($0 as? Problem)?.message.contains("in time") == true
    }
  }

  @Test("a caller that is cancelled is free at once, and the daemon sees him go")
  func cancelled() async throws {
    let server = try ScriptedServer([
      [.hold], [.send(Self.head), .hold], [.send(Answer.chunked("text/event-stream")), .hold],
    ])
    defer { server.stop() }
    let control = RemoteControl(socket: server.path)
    let answer = Task { try await control.domains([]) }
    while server.asked.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    answer.cancel()
    await #expect { try await answer.value } throws: { ($0 as? Problem)?.code == "cancelled" }
    let progress = Task { try await control.reconcile(ReconcileRequest(all: true)) }
    while server.asked.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
    progress.cancel()
    await #expect(throws: Problem.self) { try await progress.value }
    let watching = Task { for await _ in try await control.events(after: nil) {} }
    while server.asked.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    watching.cancel()
    try await watching.value
    while server.givenUp < 3 { try await Task.sleep(for: .milliseconds(5)) }
  }

  @Test("a stream that nobody reads any more is closed, and one that is read slowly is not kept in memory")
  func dropped() async throws {
    let line = try Self.event(1, "a", .begun)
    let flood = String(repeating: Answer.chunk(String(repeating: line, count: 2_000)), count: 50)
    let server = try ScriptedServer([[.send(Self.head + Answer.chunk(line)), .hold], [.send(Self.head + flood)]])
    defer { server.stop() }
    let control = RemoteControl(socket: server.path)
    do {
      let stream = try await control.reconcile(ReconcileRequest(all: true))
      for await _ in stream { break }
    }
    while server.givenUp < 1 { try await Task.sleep(for: .milliseconds(5)) }
    // The daemon is held up while its reader is.
    let stream = try await control.reconcile(ReconcileRequest(all: true))
    try await Task.sleep(for: .milliseconds(300))
    #expect(server.sent < flood.utf8.count / 2)
    var count = 0
    for await event in stream where event.phase == .begun { count += 1 }
    #expect(count == 100_000)
  }
}
