import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

/// F16: one writer.
@Suite struct LockTests {
  @Test func `a second descriptor is told who holds the lock`() async throws {
    let place = try TemporaryStore()
    #expect(StoreLock.holder(of: place.location) == nil)
    let lock = try await StoreLock.acquire(place.location, command: "vmctl reconcile\nweb-1", since: Sample.at(5))
    let holder = StoreLock.Holder(
      pid: ProcessInfo.processInfo.processIdentifier, command: "vmctl reconcile web-1", since: Sample.at(5))
    #expect(StoreLock.holder(of: place.location) == holder)
    let refused = StoreError(.held(by: holder), path: place.location.path)
    await #expect(throws: refused) {
      try await StoreLock.acquire(place.location, command: "vmctld", since: Sample.at(6))
    }
    #expect(refused.message == "the store is in use by 'vmctl reconcile web-1' (pid \(holder.pid))")
    lock.close()
    #expect(StoreLock.holder(of: place.location) == nil)
    _ = try await StoreLock.acquire(place.location, command: "vmctld", since: Sample.at(7))
  }

  @Test("a daemon says in its lock where it takes requests, and only while it holds it")
  func daemon() async throws {
    let place = try TemporaryStore()
    #expect(StoreLock.daemon(of: place.location) == nil)
    let plain = try await StoreLock.acquire(place.location, command: "vmctl", since: Sample.at(5))
    #expect(StoreLock.daemon(of: place.location) == nil && plain.holder.socket == nil)
    plain.close()
    let lock = try await StoreLock.acquire(
      place.location, command: "vmctld", since: Sample.at(5), socket: "/run/a b.sock", uri: "qemu:///system")
    let holder = try #require(StoreLock.daemon(of: place.location))
    #expect(holder == lock.holder && holder == StoreLock.holder(of: place.location))
    #expect(holder.socket == "/run/a b.sock" && holder.uri == "qemu:///system")
    let text = try #require(FileManager.default.contents(atPath: place.location.lockPath))
    lock.close()
    // What a process that was killed leaves behind.
    try text.write(to: URL(filePath: place.location.lockPath))
    #expect(StoreLock.daemon(of: place.location) == nil)
    let odd = try await StoreLock.acquire(
      place.location, command: "vmctld", since: Sample.at(5), socket: "/run/a\nuri test:///default")
    #expect(StoreLock.daemon(of: place.location) == nil && odd.holder.command == "vmctld")
  }

  @Test func `who waits gets the lock when it is let go`() async throws {
    let place = try TemporaryStore()
    let lock = try await StoreLock.acquire(place.location, command: "first", since: Sample.at(5))
    async let second = StoreLock.acquire(place.location, command: "second", since: Sample.at(6), wait: .seconds(20))
    try await Task.sleep(for: .milliseconds(120))
    #expect(StoreLock.holder(of: place.location)?.command == "first")
    lock.close()
    #expect(try await second.holder.command == "second")
  }

  @Test func `a cancelled task stops waiting`() async throws {
    let place = try TemporaryStore()
    let lock = try await StoreLock.acquire(place.location, command: "first", since: Sample.at(5))
    let task = Task {
      try await StoreLock.acquire(place.location, command: "second", since: Sample.at(6), wait: .seconds(600))
    }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? StoreError)?.kind == .held(by: lock.holder) }
  }

  @Test func `dropping a store lets go of its lock`() async throws {
    let place = try TemporaryStore()
    do {
      let store = try await place.writing()
      #expect(StoreLock.holder(of: place.location)?.command == "test")
      try store.close()
    }
    _ = try await place.writing()
  }

  /// A deleted lock file lets two in; the second to write is the one that goes on, and the first finds out.
  @Test func `a writer whose lock was deleted is fenced off`() async throws {
    let place = try TemporaryStore()
    let first = try await place.writing()
    try await first.save(Sample.domain(1))
    try FileManager.default.removeItem(atPath: place.location.lockPath)
    let second = try await place.writing()
    // Reading and an equal save take nothing away from the first.
    #expect(try await second.domain(Sample.key(1)) == Sample.domain(1))
    try await second.save(Sample.domain(1))
    try await first.save(Sample.domain(2))
    try await second.save(Sample.domain(3))
    await #expect(throws: StoreError(.fenced, path: place.location.path)) { try await first.save(Sample.domain(4)) }
    try await second.save(Sample.domain(5))
    #expect(try await second.summaries().map(\.row.key.domain.low) == [1, 2, 3, 5])
  }
}
