import Digests
import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

/// I6 with real processes that are killed.
extension ProcessTests {
  /// What was accepted before a `kill -9` at any moment is there afterwards. 20 rounds, 200 where all faults are
  /// tried; `VMCTL_CRASH_ROUNDS` says otherwise.
  @Test func `a kill in the middle of many commits loses nothing accepted`() async throws {
    let place = try TemporaryStore()
    let path = place.location.path
    let rounds =
      Int(ProcessInfo.processInfo.environment["VMCTL_CRASH_ROUNDS"] ?? "")
      ?? (FaultResults.isFull ? 200 : 20)
    var (accepted, lost) = (0, 0)
    for round in 0..<rounds {
      let promised = place.folder + "/promised-\(round)"
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = path as String, promised = promised as String, round = round as Int] in
        let location = StoreLocation(path: path)
        let lock = try await StoreLock.acquire(location, command: "child", since: Timestamp(milliseconds: 0))
        let store = try RecordStore.openForWriting(location, lock: lock)
        let log = try #require(fopen(promised, "w"))
        Thread.detachNewThread {
          usleep(useconds_t.random(in: 1_000...100_000))
          kill(getpid(), SIGKILL)
        }
        for number in 0... {
          let text = "round \(round) document \(number)"
          let answer = try await store.accept(Sample.intent(text), for: Sample.domain(UInt64(round)))
          guard case .accepted(let generation) = answer else { continue }
          fputs("\(generation) \(text)\n", log)
          fflush(log)
          try await store.record(
            Sample.sides(live: "<live>\(text)</live>"), of: Sample.key(UInt64(round)), origin: .ours)
        }
      }
      let store = try RecordStore.openForReading(place.location)
      for line in try String(contentsOfFile: promised, encoding: .utf8).split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 1)
        let generation = try Int64(words[0]).orThrow("no generation in '\(line)'")
        let kept = try await store.orThrow("no store").intent(Generation(generation), of: Sample.key(UInt64(round)))
        // Only the newest hundred of a domain are kept.
        if let kept, kept.text != ContiguousArray(words[1].utf8) { lost += 1 }
        accepted += 1
      }
      if let last = try String(contentsOfFile: promised, encoding: .utf8).split(separator: "\n").last {
        let newest = try await store?.intent(of: Sample.key(UInt64(round)))
        let promised = try Int64(last.split(separator: " ")[0]).orThrow("no generation")
        if try newest.orThrow("no intent").generation < Generation(promised) { lost += 1 }
      }
    }
    #expect(lost == 0)
    #expect(accepted >= rounds / 2)
    let store = try await place.writing()
    let damage = try await store.check()
    #expect(damage == [])
    FaultResults.note("store", "kill -9 among many commits", runs: rounds, violations: damage.count + lost)
  }

  /// A looking command between a kill and the next writer: it sees what was committed, changes no file, makes none.
  @Test func `what a killed writer left is read without touching it`() async throws {
    let place = try TemporaryStore()
    let path = place.location.path
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let location = StoreLocation(path: path)
      let lock = try await StoreLock.acquire(location, command: "child", since: Timestamp(milliseconds: 0))
      let store = try RecordStore.openForWriting(location, lock: lock)
      try await store.save(Sample.domain())
      try await store.record(Sample.sides(live: "<live/>"), of: Sample.key(), origin: .ours)
      kill(getpid(), SIGKILL)
    }
    let before = try snapshot(of: place.folder)
    #expect(before.keys.sorted() == ["vmctl.db", "vmctl.db-shm", "vmctl.db-wal"])
    do {
      let reader = try RecordStore.openForReading(place.location).orThrow("no store")
      #expect(try await reader.recorded(.live, of: Sample.key()) == Sample.side("<live/>"))
      try reader.close()
    }
    #expect(try snapshot(of: place.folder) == before)

    // A copy without the index, as a backup has it.
    try FileManager.default.removeItem(atPath: path + "-shm")
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    #expect(try await reader.recorded(.live, of: Sample.key()) == Sample.side("<live/>"))
  }

  /// A looking command beside a writer of another process: each look sees the newest commit and hinders nobody.
  @Test func `a live writer of another process is read beside`() async throws {
    let place = try TemporaryStore()
    let path = place.location.path
    async let child = #expect(processExitsWith: .success) { [path = path as String] in
      let location = StoreLocation(path: path)
      let lock = try await StoreLock.acquire(location, command: "child", since: Timestamp(milliseconds: 0))
      let store = try RecordStore.openForWriting(location, lock: lock)
      try await store.save(Sample.domain())
      for number in 1... {
        let text = "<live n='\(number)'/>"
        try await store.record(Sample.sides(live: text), of: Sample.key(), origin: .ours)
        // The parent has seen enough.
        if FileManager.default.fileExists(atPath: path + ".enough") { break }
      }
      try store.close()
    }
    // Whatever happens here, the child ends: a test waits for its child before it throws.
    defer { _ = FileManager.default.createFile(atPath: path + ".enough", contents: nil) }
    var seen: Set<Int64> = []
    while seen.count < 20 {
      guard let reader = try RecordStore.openForReading(place.location) else {
        try await Task.sleep(for: .milliseconds(5))
        continue
      }
      guard let head = try await reader.file(of: Sample.key())?.heads.live else { continue }
      let side = try await reader.recorded(.live, of: Sample.key()).orThrow("no record")
      // A reader holds no snapshot between two looks, so the second may be newer; never older.
      let number = try Int64(side.xml.shown.filter(\.isNumber)).orThrow("no number")
      #expect(number >= head.number)
      seen.insert(number)
    }
    #expect(FileManager.default.createFile(atPath: path + ".enough", contents: nil))
    _ = await child
    // Closed in order: the log is gone, and reading does not bring it back.
    let before = try snapshot(of: place.folder)
    #expect(before["vmctl.db-wal"] == nil)
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    #expect(try await reader.domain(Sample.key()) == Sample.domain())
    #expect(try snapshot(of: place.folder) == before)
  }
}
