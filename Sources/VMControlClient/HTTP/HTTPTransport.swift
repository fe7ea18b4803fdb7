package import Vocabulary

/// How a daemon is reached. Somebody who wants TLS puts it behind this.
package protocol HTTPTransport: Sendable {
  /// Where it leads, for messages: a path, a URL.
  var address: String { get }
  /// The value of the `Host` field.
  var host: String { get }
  /// What every request carries besides: `authorization`.
  var fields: HTTPFields { get }
  /// Opens a connection; may block.
  /// - Throws: `no-daemon`.
  func connect() throws(Problem) -> any HTTPConnection
}

extension HTTPTransport {
  package var host: String { "localhost" }
  package var fields: HTTPFields { [:] }
}

/// A stream of bytes both ways. Its calls block; each is made on a thread that may.
package protocol HTTPConnection: Sendable {
  /// Sends all of it.
  func send(_ bytes: [UInt8], within patience: Duration?) throws(ConnectionFault)
  /// Some bytes; empty where the other end has closed.
  func receive(within patience: Duration?) throws(ConnectionFault) -> [UInt8]
  /// Ends calls that are under way, and all later ones. From any thread.
  func interrupt()
}

/// What a connection ended with.
package enum ConnectionFault: Error, Sendable, Hashable {
  /// Nothing moved for as long as was allowed.
  case timeout
  /// `errno`.
  case system(Int32)
}
