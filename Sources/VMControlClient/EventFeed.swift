import Control
import Foundation
import Vocabulary

/// What happens at a daemon, over as many connections as it takes: one that ends is opened again after the last event
/// that came. Where the daemon does not know that one any more, a `resync` says so and it goes on from now.
actor EventFeed {
  private static let shortest = Duration.milliseconds(100)
  private static let longest = Duration.seconds(5)

  private let client: HTTPClient
  private var stream: HTTPStream?
  private var parser: ServerSentEvents
  private var lastID: String
  private var ready: [ServerEvent] = []
  private var pause = EventFeed.shortest
  private var isOver = false

  init(_ client: HTTPClient, after id: String?) {
    self.client = client
    lastID = id ?? ""
    parser = ServerSentEvents(limit: client.limits.line, lastID: lastID)
  }

  /// The first connection.
  /// - Throws: what there is to say against it, `events-too-old` above all.
  func begin() async throws(Problem) { try await connect() }

  func next() async -> ServerEvent? {
    while ready.isEmpty, !isOver, !Task.isCancelled {
      if let stream {
        await read(stream)
      } else {
        await reconnect()
      }
    }
    return ready.isEmpty || Task.isCancelled ? nil : ready.removeFirst()
  }

  private func read(_ open: HTTPStream) async {
    do {
      guard let bytes = try await open.next() else {
        stream = nil
        return
      }
      for event in try parser.take(bytes) { try take(event) }
      pause = parser.retry.map { .milliseconds($0) } ?? EventFeed.shortest
    } catch {
      // Cut off, or not to be read: from the last event that was whole it can come again.
      stream = nil
    }
    lastID = parser.lastID
  }

  private func take(_ event: ServerSentEvents.Event) throws {
    // A newer daemon's kinds of events are not ours to stumble over.
    guard ServerEvent.Kind(rawValue: event.type) != nil else { return }
    ready.append(try JSONDecoder().decode(ServerEvent.self, from: Data(event.data.utf8)))
  }

  private func reconnect() async {
    // Cancelled while it sleeps: over.
    guard (try? await Task.sleep(for: pause)) != nil else { return }
    pause = min(pause * 2, EventFeed.longest)
    do throws(Problem) {
      try await connect()
    } catch {
      switch error.code {
      case "events-too-old":
        // Connected first, said second: who looks at everything anew after it misses nothing.
        let old = lastID
        lastID = ""
        ready.append(ServerEvent(id: old, type: .resync, at: EventFeed.now()))
      // It will not be let in by asking again.
      case "unauthenticated", "forbidden": isOver = true
      default: break
      }
    }
  }

  private func connect() async throws(Problem) {
    var request = HTTPRequest(.get, ["v1", "events"])
    request.fields["accept"] = "text/event-stream, application/problem+json"
    if !lastID.isEmpty { request.fields["last-event-id"] = lastID }
    // Nothing may happen for days.
    request.patience = nil
    let opened = try await client.open(request)
    guard opened.head.isSuccess else {
      let body = try await opened.rest(limit: client.limits.line)
      throw Problem(answer: HTTPResponse(head: opened.head, body: body), to: request)
    }
    guard opened.head.mediaType == "text/event-stream" else {
      throw Problem("daemon-answer", "what answers at \(client.transport.address) sends no events")
    }
    parser = ServerSentEvents(limit: client.limits.line, lastID: lastID)
    stream = opened
  }

  private static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
