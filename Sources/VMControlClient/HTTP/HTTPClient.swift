package import Vocabulary

/// Asks and gets answers: each exchange on a connection and a thread of its own, so that nothing waits for another.
package struct HTTPClient: Sendable {
  package let transport: any HTTPTransport
  package let limits: HTTPLimits

  package init(_ transport: any HTTPTransport, limits: HTTPLimits = HTTPLimits()) {
    self.transport = transport
    self.limits = limits
  }

  /// The answer as a whole, whatever its status. A task that is cancelled gets `cancelled` at once.
  package func answer(to request: HTTPRequest) async throws(Problem) -> HTTPResponse {
    let interrupter = Interrupter()
    let result: Result<HTTPResponse, Problem> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        startDetachedThread("vmctl-http") { [self] in
          continuation.resume(returning: Result { () throws(Problem) in try whole(request, interrupter) })
        }
      }
    } onCancel: {
      interrupter.interrupt()
    }
    return try result.get()
  }

  /// The answer's head as soon as it is there; the body comes piece by piece.
  package func open(_ request: HTTPRequest) async throws(Problem) -> HTTPStream {
    let interrupter = Interrupter()
    let pieces = HandOver<HTTPStream.Piece>(capacity: HTTPStream.capacity)
    startDetachedThread("vmctl-http") { [self] in
      do throws(Problem) {
        let exchange = Exchange(client: self, request: request, interrupter: interrupter)
        try exchange.run { event in
          switch event {
          case .head(let head): pieces.put(.head(head))
          case .body(let bytes): pieces.put(.body(bytes))
          case .end: pieces.put(.end)
          }
        }
      } catch {
        _ = pieces.put(.failed(error))
      }
      pieces.finish()
    }
    let stream = HTTPStream(pieces, interrupter)
    try await stream.begin()
    return stream
  }

  private func whole(_ request: HTTPRequest, _ interrupter: Interrupter) throws(Problem) -> HTTPResponse {
    var head: HTTPResponseHead?
    var body: [UInt8] = []
    var isTooLarge = false
    try Exchange(client: self, request: request, interrupter: interrupter).run { event in
      switch event {
      case .head(let found): head = found
      case .body(let bytes):
        isTooLarge = body.count + bytes.count > limits.body
        if !isTooLarge { body += bytes }
      case .end: break
      }
      return !isTooLarge
    }
    guard let head, !isTooLarge else {
      throw Problem("daemon-answer", "the daemon's answer is longer than \(limits.body) bytes", domain: request.domain)
    }
    return HTTPResponse(head: head, body: body)
  }
}
