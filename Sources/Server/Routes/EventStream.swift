import Control
import Foundation
import Hummingbird
import NIOCore
import ServiceLifecycle
import Vocabulary

/// Which events a subscriber gets.
struct EventFilter: Sendable {
  let visibility: Visibility
  /// Empty: of every domain.
  let names: Set<String>

  /// What is said of no domain goes to everybody; what is said of a domain that cannot be looked at goes to nobody who
  /// may not see every domain.
  func wants(_ event: ServerEvent) async throws(Problem) -> Bool {
    guard let domain = event.domain else { return true }
    if !names.isEmpty, !names.contains(domain), event.uuid.map({ names.contains($0.description) }) != true {
      return false
    }
    return try await visibility.permits(domain)
  }
}

/// One subscriber's stream of events. Who reads too slowly is cut off and can come back for the rest: nobody else
/// waits for him.
struct EventStream: Sendable {
  let events: AsyncStream<ServerEvent>
  let filter: EventFilter
  let limits: ServerLimits
  let channel: any Channel

  private enum Item: Sendable {
    case event(ServerEvent)
    case heartbeat
  }

  /// What ends a stream other than its source: the connection is closed, so that the client sees that there is more.
  private enum CutOff: Error { case tooSlow, cannotFilter }

  @concurrent
  func write(to writer: inout any ResponseBodyWriter) async throws {
    let (items, feed) = AsyncThrowingStream.makeStream(
      of: Item.self, throwing: (any Error).self, bufferingPolicy: .bufferingOldest(limits.eventBuffer))
    channel.closeFuture.whenComplete { _ in feed.finish() }
    let forwarding = Task { await forward(to: feed) }
    let beating = Task {
      // A cancelled sleep means that the stream is over.
      while (try? await Task.sleep(for: limits.heartbeat)) != nil { feed.yield(.heartbeat) }
    }
    defer {
      forwarding.cancel()
      beating.cancel()
    }
    // So that a client knows at once that it is through.
    try await writer.write(ByteBuffer(string: ": events\n\n"))
    for try await item in items.cancelOnGracefulShutdown() { try await writer.write(EventStream.text(item)) }
    try await writer.finish(nil)
  }

  private func forward(to feed: AsyncThrowingStream<Item, any Error>.Continuation) async {
    for await event in events {
      do throws(Problem) {
        guard try await filter.wants(event) else { continue }
      } catch {
        feed.finish(throwing: CutOff.cannotFilter)
        return
      }
      if case .dropped = feed.yield(.event(event)) {
        feed.finish(throwing: CutOff.tooSlow)
        return
      }
    }
    feed.finish()
  }

  private static func text(_ item: Item) throws -> ByteBuffer {
    guard case .event(let event) = item else { return ByteBuffer(string: ": \n\n") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = String(decoding: try encoder.encode(event), as: UTF8.self)
    return ByteBuffer(string: "id: \(event.id)\nevent: \(event.type.rawValue)\ndata: \(data)\n\n")
  }
}
