package import Control
import Store
package import Vocabulary

extension EmbeddedControl {
  package func perform(_ request: VerbRequest) async throws(Problem) -> AsyncStream<ProgressEvent> {
    let surroundings = try await workplace.work()
    return stream(surroundings, [request.domain]) { _, progress in
      await VerbRunner(surroundings, request, progress).run()
    }
  }
}
