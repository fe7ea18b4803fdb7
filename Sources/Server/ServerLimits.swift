/// What one client can take of the server, whatever he sends.
package struct ServerLimits: Sendable, Hashable {
  /// Of a request's body, in bytes: beyond it 413, and the connection is closed.
  package var bodyBytes = 1 << 20
  /// Of a body that describes a whole host or two domains: a snapshot, a capture.
  package var hostBytes = 8 << 20
  /// Until a request's body is there: beyond it 408, and the connection is closed.
  package var bodyTimeout = Duration.seconds(10)
  /// Until a request's head is there, from its first byte.
  package var headerTimeout = Duration.seconds(10)
  /// Of all headers of a request together, in bytes.
  package var headerBytes = 32 << 10
  /// How long a connection stays open without a request.
  package var idleTimeout = Duration.seconds(60)
  /// Of one listener; more wait in the kernel's queue.
  package var connections = 512
  /// How deep arrays and objects of a JSON body may be in each other.
  package var jsonDepth = 64
  /// Clients that follow the events at one time: beyond it 503.
  package var eventSubscribers = 64
  /// Events that are kept for a subscriber who reads slowly: beyond it he is cut off, and resumes by the last id.
  package var eventBuffer = 1024
  /// How long a part of an answer may take to go out: beyond it the connection is closed.
  package var writeTimeout = Duration.seconds(10)
  /// Between two signs of life of an event stream.
  package var heartbeat = Duration.seconds(15)
  /// The longest `wait` and `timeout` that are taken, in milliseconds.
  package var longestWait: Int64 = 3_600_000

  package init() {}
}
