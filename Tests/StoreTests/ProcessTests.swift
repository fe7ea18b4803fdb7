import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

/// What needs a second process. An exit test's body runs in one of its own.
///
/// One at a time: swift-testing waits for the end of a child's pipe on a thread of the cooperative pool, and a child
/// that runs beside it has inherited that pipe, so two at once stop a machine of two cores (seen with 6.3.1).
@Suite(.serialized, .timeLimit(.minutes(5))) struct ProcessTests {
  /// The kernel lets go for a process that was killed.
  @Test func `the lock of another process is told by pid and goes with its kill`() async throws {
    let place = try TemporaryStore()
    let path = place.location.path
    async let child = #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let lock = try await StoreLock.acquire(
        StoreLocation(path: path), command: "vmctl of another process", since: Timestamp(milliseconds: 77))
      try await Task.sleep(for: .seconds(50))
      lock.close()
    }
    var holder = StoreLock.holder(of: place.location)
    while holder == nil {
      try await Task.sleep(for: .milliseconds(10))
      holder = StoreLock.holder(of: place.location)
    }
    let other = try holder.orThrow("no holder")
    #expect(other.pid != ProcessInfo.processInfo.processIdentifier)
    #expect(other.command == "vmctl of another process")
    #expect(other.since == Timestamp(milliseconds: 77))
    await #expect(throws: StoreError(.held(by: other), path: path)) {
      try await StoreLock.acquire(place.location, command: "test", since: Sample.at(0))
    }
    kill(other.pid, SIGKILL)
    _ = await child
    _ = try await StoreLock.acquire(place.location, command: "test", since: Sample.at(0))
  }

  /// Somebody who may read the file but write neither it nor its folder, beside a writer and without one.
  @Test(.enabled("needs root to become somebody else") { getuid() == 0 })
  func `an unprivileged reader may look`() async throws {
    let place = try TemporaryStore()
    let path = place.location.path
    let writer = try await place.writing()
    try await writer.save(Sample.domain())
    func look() async {
      for name in ["", "-wal", "-shm"] { chmod(path + name, 0o644) }
      chmod(place.folder, 0o755)
      await #expect(processExitsWith: .success) { [path = path as String] in
        try #require(setgid(65_534) == 0 && setuid(65_534) == 0)
        let reader = try RecordStore.openForReading(StoreLocation(path: path)).orThrow("no store")
        #expect(try await reader.domain(Sample.key()) == Sample.domain())
      }
    }
    await look()
    try writer.close()
    await look()
    chmod(path, 0o600)
    await #expect(processExitsWith: .success) { [path = path as String] in
      try #require(setgid(65_534) == 0 && setuid(65_534) == 0)
      #expect { try RecordStore.openForReading(StoreLocation(path: path)) } throws: {
        ($0 as? StoreError)?.kind == .denied
      }
    }
  }
}
