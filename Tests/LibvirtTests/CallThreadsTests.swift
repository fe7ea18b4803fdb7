import Foundation
import Synchronization
import Testing

@testable import Libvirt

/// A value that several threads add to.
private final class Shared<Value: Sendable>: Sendable {
  private let mutex: Mutex<Value>

  init(_ value: Value) { mutex = Mutex(value) }

  var value: Value { mutex.withLock { $0 } }
  func change(_ body: @Sendable (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}

@Suite struct CallThreadsTests {
  @Test func `calls run on named threads of their own, four at most`() async {
    let threads = CallThreads()
    let names = Shared<Set<String>>([])
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<40 {
        group.addTask {
          await threads.run {
            usleep(2000)
            names.change { $0.insert(CallThreadsTests.threadName()) }
          }
        }
      }
    }
    #expect(names.value == ["libvirt-call-1", "libvirt-call-2", "libvirt-call-3", "libvirt-call-4"])
  }

  @Test func `one call at a time makes one thread`() async {
    let threads = CallThreads()
    var names: Set<String> = []
    for _ in 0..<20 {
      names.insert(await threads.run { CallThreadsTests.threadName() })
      // Until the thread has gone back to waiting.
      try? await Task.sleep(for: .milliseconds(1))
    }
    #expect(names == ["libvirt-call-1"])
  }

  // With every thread of the cooperative pool in a blocking call, no other task would run.
  @Test func `blocking calls do not hold up other tasks`() async throws {
    let threads = CallThreads()
    let gate = DispatchSemaphore(value: 0)
    let ended = Shared(0)
    let blocked = (0..<64).map { _ in
      Task {
        await threads.run {
          _ = gate.wait(timeout: .now() + 60)
          ended.change { $0 += 1 }
        }
      }
    }
    try await Task.sleep(for: .milliseconds(50))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<64 { group.addTask { await Task.yield() } }
    }
    #expect(ended.value == 0, "the other tasks ran only after a blocked call had ended")
    for _ in blocked { gate.signal() }
    for task in blocked { await task.value }
  }

  @Test func `calls are made in the order they came in`() async {
    let threads = CallThreads()
    let order = Shared<[Int]>([])
    let gate = DispatchSemaphore(value: 0)
    // Three threads are held, so that one serves all.
    let held = (0..<3).map { _ in Task { await threads.run { gate.wait() } } }
    try? await Task.sleep(for: .milliseconds(50))
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        threads.later { order.change { $0.append(number) } }
      }
      group.addTask { await threads.run {} }
    }
    #expect(order.value == Array(0..<100))
    for _ in held { gate.signal() }
    for task in held { await task.value }
  }

  @Test func `what is queued is done when the last reference goes, and then the threads end`() async throws {
    let done = Shared(0)
    var threads: CallThreads? = CallThreads()
    for _ in 0..<20 { threads?.later { done.change { $0 += 1 } } }
    threads = nil
    for _ in 0..<500 where done.value < 20 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(done.value == 20)
  }

  @Test func `writing to a daemon that has gone is an error, not the end of the program`() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_DFL)
      let result = await CallThreads().run {
        var ends: [CInt] = [0, 0]
        pipe(&ends)
        close(ends[0])
        return write(ends[1], "x", 1) == -1 ? errno : 0
      }
      #expect(result == EPIPE)
    }
  }

  @Test func `an error keeps its type`() async {
    struct Failure: Error, Equatable {}
    let threads = CallThreads()
    await #expect(throws: Failure()) {
      try await threads.run { () throws(Failure) in throw Failure() }
    }
  }

  private static func threadName() -> String {
    // The kernel's word, which is what a debugger and `top` show.
    (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8).trimmingCharacters(in: .newlines)) ?? ""
  }
}
