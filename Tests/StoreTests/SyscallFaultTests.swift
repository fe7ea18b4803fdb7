import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

/// Every write call of the store fails once, with each error, or is the moment of a kill: SQLite's own method (faults.md
/// 1), on the whole of what is above SQLite too. I6, F12, F14.
///
/// strace counts the calls of each thread by itself. A run over a new store has its calls on the thread that opens, one
/// over a store that is there on the thread that commits: both are gone through.
@Suite(.serialized, .timeLimit(.minutes(30)), .enabled("needs strace") { Exerciser.strace != nil })
struct SyscallFaultTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let calls: String
    let what: String
    var testDescription: String { "\(calls) \(what)" }
  }

  static let faults = (FaultResults.isFull ? everyCall : ["pwrite64", "rename,link"]).flatMap { calls in
    ["error=EIO", "error=ENOSPC", "signal=SIGKILL"].map { Fault(calls: calls, what: $0) }
  }

  private static let everyCall = [
    "pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink,unlinkat", "openat", "rename,link",
  ]

  /// Runs with the first call failing, the second, … until none is left; of a short run only some.
  private func each(
    _ fault: Fault, _ scenario: String, _ body: (_ fault: String) async throws -> (wasInjected: Bool, isSound: Bool)
  ) async throws {
    var (number, runs, violations) = (1, 0, 0)
    while true {
      let (wasInjected, isSound) = try await body("\(fault.calls):\(fault.what):when=\(number)")
      runs += 1
      if !isSound { violations += 1 }
      if !wasInjected { break }
      number += FaultResults.isFull || number < 4 ? 1 : number * 3
    }
    FaultResults.note("store", "\(scenario): \(fault.testDescription)", runs: runs, violations: violations)
    #expect(violations == 0)
  }

  @Test(arguments: faults, [true, false])
  func `nothing that was promised is lost and nothing that failed is half there`(_ fault: Fault, _ isNew: Bool)
    async throws
  {
    try await each(fault, isNew ? "a new store" : "a store") { fault in
      let place = try TemporaryStore()
      if !isNew { try await place.writing().close() }
      let run = try await Exerciser.run(["exercise", place.location.path], fault: fault, in: place.folder)
      let faults = try await broken(run, place)
      #expect(faults == [], "\(fault): \(run.lines)")
      return (run.wasInjected, faults.isEmpty)
    }
  }

  /// What does not hold after a run; empty where all does.
  private func broken(_ run: Exerciser.Run, _ place: TemporaryStore) async throws -> [String] {
    var broken: [String] = []
    do {
      _ = try await RecordStore.openForReading(place.location)?.check()
    } catch {
      broken.append("cannot be looked at: \(error)")
    }
    let store: RecordStore
    do {
      store = try await place.writing()
    } catch {
      return broken + ["cannot be opened: \(error)"]
    }
    broken += try await store.check().map { "damaged: \($0)" }
    for number in UInt64(1)...3 {
      let key = DomainKey(host: HostUUID(high: 1, low: 2), domain: DomainUUID(high: 3, low: number))
      let isForgotten = number == 1 && run.lines.contains { $0.hasSuffix("forget 1") || $0 == "done step 3" }
      guard let file = try await store.file(of: key) else {
        if run.promised("accept \(number)"), !isForgotten { broken.append("document \(number) is lost") }
        continue
      }
      if number == 1, run.promised("forget 1") { broken.append("domain 1 was forgotten and is there") }
      let text = "document \(number) " + String(repeating: "x", count: 3_000)
      if file.intent?.text != ContiguousArray(text.utf8) { broken.append("domain \(number) without its document") }
      let operations = try await store.operations(of: key)
      var states: [StepRow.State] = []
      for operation in operations { states += try await store.steps(of: operation.id).map(\.state) }
      let isDone = states.contains(.done)
      if isDone != (file.heads.live != nil) || isDone != (file.ledger.count == 1) {
        broken.append("step \(number) is half there: \(states), \(file.ledger.count)")
      }
      if run.promised("step \(number)"), !isDone { broken.append("step \(number) is lost") }
    }
    try store.close()
    return broken
  }

  @Test(arguments: faults)
  func `a restore that dies leaves the old store or the new one`(_ fault: Fault) async throws {
    let backup = try TemporaryStore()
    try await save(Sample.domain(7, name: "new"), in: backup)
    try await each(fault, "restore") { fault in
      let place = try TemporaryStore()
      try await save(Sample.domain(1, name: "old"), in: place)
      let run = try await Exerciser.run(
        ["restore", place.location.path, backup.location.path], fault: fault, in: place.folder)
      let store = try await place.writing()
      let names = try await store.summaries().map(\.row.name)
      let damage = try await store.check()
      try store.close()
      let isSound = damage == [] && (run.isClosed ? names == ["new"] : names == ["old"] || names == ["new"])
      #expect(isSound, "\(fault): \(run.lines) \(names) \(damage)")
      return (run.wasInjected, isSound)
    }
  }

  @Test(arguments: faults)
  func `a backup that dies leaves the old file or the new one`(_ fault: Fault) async throws {
    let place = try TemporaryStore()
    try await save(Sample.domain(1, name: "new"), in: place)
    let old = try TemporaryStore()
    try await save(Sample.domain(7, name: "old"), in: old)
    try await each(fault, "backup") { fault in
      let target = try TemporaryStore()
      try FileManager.default.copyItem(atPath: old.location.path, toPath: target.location.path)
      let run = try await Exerciser.run(
        ["backup", place.location.path, target.location.path], fault: fault, in: target.folder)
      let found = try RecordStore.openForReading(target.location).orThrow("no file")
      let names = try await found.summaries().map(\.row.name)
      let damage = try await found.check()
      let isSound = damage == [] && (run.isClosed ? names == ["new"] : names == ["old"] || names == ["new"])
      #expect(isSound, "\(fault): \(run.lines) \(names) \(damage)")
      return (run.wasInjected, isSound)
    }
  }

  private func save(_ row: DomainRow, in place: TemporaryStore) async throws {
    let store = try await place.writing()
    try await store.save(row)
    try store.close()
  }
}
