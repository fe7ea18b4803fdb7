import ServiceLifecycle
import Vocabulary

/// The engine among the services. It was opened before any other began, and is the last to stop.
package struct EngineService: Service {
  /// How long steps may run on after a stop was asked for. What takes longer is in the journal.
  package static let stopLimit = Duration.seconds(30)

  private let engine: any Engine
  private let stopLimit: Duration

  package init(_ engine: any Engine, stopLimit: Duration = EngineService.stopLimit) {
    self.engine = engine
    self.stopLimit = stopLimit
  }

  /// Not a task group: that waits for the work it cancels, and a call to a libvirtd that hangs does not end.
  package func run() async throws {
    let (ends, end) = AsyncStream.makeStream(of: Result<Void, Problem>.self)
    let running = Task { [engine] in
      do throws(Problem) {
        try await engine.run()
        end.yield(.success(()))
      } catch {
        end.yield(.failure(error))
      }
    }
    defer { running.cancel() }
    try await withGracefulShutdownHandler {
      for await result in ends { return try result.get() }
      throw CancellationError()
    } onGracefulShutdown: { [engine, stopLimit] in
      Task { await engine.stop() }
      Task {
        // Nobody cancels this one.
        try? await Task.sleep(for: stopLimit)
        end.yield(
          .failure(
            Problem(
              "stop-overdue", "what was running did not end within \(stopLimit.components.seconds) s",
              remedy: "the journal knows where it stands; the next start goes on from there")))
      }
    }
  }
}
