package import Control
package import Vocabulary

extension RemoteControl {
  package func events(after id: String?) async throws(Problem) -> AsyncStream<ServerEvent> {
    let feed = EventFeed(client, after: id)
    try await feed.begin()
    return AsyncStream { await feed.next() }
  }

  package func readiness() async -> ReadinessReport {
    let request = HTTPRequest(.get, ["readyz"])
    do throws(Problem) {
      let answer = try await client.answer(to: request)
      // 503 says what is missing in the same document.
      guard [200, 503].contains(answer.head.status), answer.head.mediaType == "application/json" else {
        throw Problem(answer: answer, to: request)
      }
      return try read(ReadinessReport.self, answer.body, of: request)
    } catch {
      return ReadinessReport(isReady: false, reasons: [error.message])
    }
  }
}
