import Synchronization
import Testing

@testable import Reconciling

/// The queue of a daemon: each domain once, in order, and nobody waits for a stuck one.
@Suite struct WorkQueueTests {
  private final class Seen: Sendable {
    let names = Mutex<[String]>([])
    func add(_ name: String) { names.withLock { $0.append(name) } }
    var all: [String] { names.withLock { $0 } }
  }

  private func until(_ isSo: () -> Bool) async throws {
    for _ in 0..<500 where !isSo() { try await Task.sleep(for: .milliseconds(10)) }
    #expect(isSo())
  }

  @Test func `what is named several times is worked at once, in the order in which it came`() async throws {
    let queue = WorkQueue(limit: 1, clock: ContinuousClock())
    let seen = Seen()
    for name in ["b", "a", "b", "c", "a"] { queue.add(name) }
    #expect(queue.depth.due == 3)
    async let run: Void = queue.run { seen.add($0) }
    try await until { seen.all.count == 3 }
    queue.end()
    await run
    #expect(seen.all == ["b", "a", "c"])
  }

  @Test func `what is named while it is worked at is worked at once more`() async throws {
    let queue = WorkQueue(limit: 4, clock: ContinuousClock())
    let seen = Seen()
    queue.add("a")
    async let run: Void = queue.run { name in
      seen.add(name)
      if seen.all.count == 1 { for _ in 0..<3 { queue.add(name) } }
      #expect(seen.all.count <= 2)
    }
    try await until { seen.all.count == 2 }
    try await Task.sleep(for: .milliseconds(50))
    queue.end()
    await run
    #expect(seen.all == ["a", "a"])
  }

  @Test func `what is due later comes later, and sooner where it is named again`() async throws {
    let queue = WorkQueue(limit: 1, clock: ContinuousClock())
    let seen = Seen()
    queue.add("late", after: .milliseconds(150))
    queue.add("never", after: .seconds(3600))
    queue.add("soon", after: .seconds(3600))
    queue.add("soon", after: .milliseconds(20))
    async let run: Void = queue.run { seen.add($0) }
    try await until { seen.all.count == 2 }
    queue.end()
    await run
    #expect(seen.all == ["soon", "late"])
  }

  @Test func `one that takes long makes room for the next, and is not begun twice`() async throws {
    let queue = WorkQueue(limit: 1, clock: ContinuousClock())
    let seen = Seen()
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    queue.add("stuck")
    queue.add("free")
    async let run: Void = queue.run { name in
      seen.add(name)
      if name == "stuck" { for await _ in gate { break } }
    }
    try await until { seen.all == ["stuck", "free"] }
    queue.add("stuck")
    try await Task.sleep(for: .milliseconds(50))
    #expect(seen.all == ["stuck", "free"])
    open.yield()
    open.finish()
    try await until { seen.all == ["stuck", "free", "stuck"] }
    queue.end()
    await run
  }

  @Test func `ending lets what runs come to its end`() async throws {
    let queue = WorkQueue(limit: 2, clock: ContinuousClock())
    let seen = Seen()
    queue.add("a")
    async let run: Void = queue.run { name in
      queue.end()
      try? await Task.sleep(for: .milliseconds(50))
      seen.add(name)
    }
    await run
    #expect(seen.all == ["a"])
  }
}
