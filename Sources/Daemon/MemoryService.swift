import CMalloc
import ServiceLifecycle

/// Gives memory back that was freed. glibc keeps it, in pools of each thread: a daemon whose work comes in bursts
/// would grow for hours without holding any more.
package struct MemoryService: Service {
  private let pause: Duration

  package init(pause: Duration = .seconds(30)) { self.pause = pause }

  /// Few pools, before there are threads that have theirs.
  package static func limitPools() {
    // 0 says that it was refused: then it stays as it was.
    _ = mallopt(M_ARENA_MAX, 4)
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      // A cancelled sleep ends it.
      while (try? await Task.sleep(for: pause)) != nil {
        malloc_trim(0)
      }
    }
  }
}
