internal import Synchronization
package import Vocabulary

/// An answer that is still coming. Dropping it ends the connection.
package final class HTTPStream: Sendable {
  enum Piece: Sendable {
    case head(HTTPResponseHead)
    case body([UInt8])
    case end
    case failed(Problem)
  }

  /// Pieces of at most 64 KiB that may lie between connection and reader.
  static let capacity = 16

  private let pieces: HandOver<Piece>
  private let interrupter: Interrupter
  private let found = Mutex(HTTPResponseHead(status: 0, fields: [:]))

  init(_ pieces: HandOver<Piece>, _ interrupter: Interrupter) {
    self.pieces = pieces
    self.interrupter = interrupter
  }

  deinit {
    interrupter.interrupt()
    pieces.finish()
  }

  package var head: HTTPResponseHead { found.withLock { $0 } }

  /// Waits for the head.
  func begin() async throws(Problem) {
    switch await take() {
    case .head(let head): found.withLock { $0 = head }
    case .failed(let problem): throw problem
    case .body, .end, nil: throw Problem("daemon-lost", "the connection ended before it began")
    }
  }

  /// The next bytes of the body; `nil` at its end. One task at a time.
  /// - Throws: `daemon-lost` where the answer is cut off.
  package func next() async throws(Problem) -> [UInt8]? {
    switch await take() {
    case .body(let bytes): return bytes
    case .failed(let problem): throw problem
    case .head, .end, nil: return nil
    }
  }

  /// All of the body that is left.
  package func rest(limit: Int) async throws(Problem) -> [UInt8] {
    var body: [UInt8] = []
    while let bytes = try await next() {
      body += bytes
      guard body.count <= limit else {
        throw Problem("daemon-answer", "the daemon's answer is longer than \(limit) bytes")
      }
    }
    return body
  }

  private func take() async -> Piece? {
    await withTaskCancellationHandler {
      await pieces.take()
    } onCancel: {
      interrupter.interrupt()
    }
  }
}
