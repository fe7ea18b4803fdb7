import Control
import Foundation
import Testing
import VMControlClient
import Vocabulary

@Suite(.timeLimit(.minutes(5))) struct EventTests {
  private static let head = Answer.chunked("text/event-stream")
  private static let gone = Answer.problem(#"{"code":"events-too-old","detail":"old"}"#, status: "410 Gone")

  private static func event(_ id: String, _ type: ServerEvent.Kind = .conditions) throws -> String {
    var event = ServerEvent(id: id, type: type, at: 5)
    event.domain = "web-1"
    return Answer.chunk("id: \(id)\nevent: \(type.rawValue)\ndata: \(try Answer.text(event))\n\n")
  }

  private func first(_ count: Int, _ server: ScriptedServer, after id: String? = nil) async throws -> [ServerEvent] {
    defer { server.stop() }
    var events: [ServerEvent] = []
    for await event in try await RemoteControl(socket: server.path).events(after: id) {
      events.append(event)
      if events.count == count { break }
    }
    return events
  }

  @Test("a connection that ends is opened again after the last event that came whole")
  func resumes() async throws {
    let server = try ScriptedServer([
      // The second event's blank line never came.
      [.send(Self.head + (try Self.event("7")) + Answer.chunk("id: 8\nevent: conditions\ndata: {}\n"))],
      [.slam],
      [.send(Self.head + Answer.chunk(": ping\n\n") + (try Self.event("8"))), .hold],
    ])
    #expect(try await first(2, server, after: "6").map(\.id) == ["7", "8"])
    #expect(server.asked.map { $0.fields["last-event-id"] } == ["6", "7"])
    #expect(server.asked.allSatisfy { $0.line == "GET /v1/events HTTP/1.1" })
  }

  @Test("too old at first is thrown; too old later is a resync, and it goes on from now")
  func tooOld() async throws {
    let refused = try ScriptedServer(Self.gone)
    defer { refused.stop() }
    await #expect { try await RemoteControl(socket: refused.path).events(after: "1") } throws: {
      ($0 as? Problem)?.code == "events-too-old"
    }
    let server = try ScriptedServer([
      [.send(Self.head + (try Self.event("7")))], [.send(Self.gone)],
      [.send(Self.head + (try Self.event("90"))), .hold],
    ])
    let events = try await first(3, server)
    #expect(events.map(\.type) == [.conditions, .resync, .conditions] && events.map(\.id) == ["7", "7", "90"])
    #expect(server.asked.map { $0.fields["last-event-id"] } == [nil, "7", nil])
  }

  @Test("a kind of event that a newer daemon sends is passed over")
  func newer() async throws {
    let strange = Answer.chunk("id: 8\nevent: weather\ndata: {}\n\n")
    let server = try ScriptedServer([[.send(Self.head + strange + (try Self.event("9"))), .hold]])
    #expect(try await first(1, server).map(\.id) == ["9"])
  }

  @Test("who is not let in any more sees the stream end")
  func forbidden() async throws {
    let server = try ScriptedServer([
      [.send(Self.head + (try Self.event("7")))],
      [.send(Answer.problem(#"{"code":"unauthenticated"}"#, status: "401 Unauthorized"))],
    ])
    #expect(try await first(9, server).map(\.id) == ["7"])
  }
}
