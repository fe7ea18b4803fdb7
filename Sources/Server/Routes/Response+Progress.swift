import Control
import Foundation
import Hummingbird
import NIOCore
import ServiceLifecycle

extension Response {
  /// A line of JSON for each event, written as it comes.
  ///
  /// The stream is read to its end whatever becomes of the client: work begun goes on.
  static func progress(_ events: AsyncStream<ProgressEvent>, _ limits: ServerLimits) -> Response {
    let (lines, feed) = AsyncThrowingStream.makeStream(
      of: ProgressEvent.self, throwing: (any Error).self, bufferingPolicy: .bufferingOldest(limits.eventBuffer))
    Task {
      for await event in events {
        if case .dropped = feed.yield(event) { feed.finish(throwing: ReaderTooSlow()) }
      }
      feed.finish()
    }
    return Response(
      status: .ok, headers: [.contentType: "application/x-ndjson", .cacheControl: "no-store"],
      body: ResponseBody { writer in
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for try await event in lines.cancelOnGracefulShutdown() {
          var line = ByteBuffer(bytes: try encoder.encode(event))
          line.writeString("\n")
          try await writer.write(line)
        }
        try await writer.finish(nil)
      })
  }
}

/// More was to be said than is kept for a client that does not read: the connection is closed without an end.
private struct ReaderTooSlow: Error {}
