import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

/// F12, on a file system that is full.
@Suite(.enabled("needs root and a tmpfs of its own") { SmallDisk.isPossible })
struct FullDiskTests {
  @Test func `a full disk is told as such, loses nothing and hinders no looking`() async throws {
    let disk = try SmallDisk(kibibytes: 1_024)
    let place = try TemporaryStore(in: disk.folder)
    let store = try await place.writing()
    _ = try await store.accept(Sample.intent("one"), for: Sample.domain())
    disk.fill()
    for number in 0..<50 {
      do throws(StoreError) {
        _ = try await store.accept(
          Sample.intent("document \(number) " + String(repeating: "x", count: 5_000)), for: Sample.domain())
      } catch {
        #expect(error.kind == .diskFull)
        #expect(error.wayOut.contains("make room"))
        break
      }
      #expect(number < 49)
    }
    let beside = try RecordStore.openForReading(place.location).orThrow("no store")
    #expect(try await beside.intent(of: Sample.key()) != nil)
    try beside.close()
    try store.close()
    // Nothing can be opened for writing, and what is there can be read.
    let opening = await #expect(throws: StoreError.self) {
      let again = try await place.writing()
      _ = try await again.accept(Sample.intent(String(repeating: "z", count: 9_000)), for: Sample.domain())
    }
    #expect(opening?.kind == .diskFull)
    let reader = try RecordStore.openForReading(place.location).orThrow("no store")
    #expect(try await reader.check() == [])
    // In one process SQLite keeps one log index for all, and a reader's cannot be written.
    try reader.close()
    disk.free()
    #expect(try await place.writing().accept(Sample.intent("two"), for: Sample.domain()) != .unchanged(Generation(1)))
  }

  @Test func `a settlement that cannot be written says that the outcome is not recorded`() async throws {
    let disk = try SmallDisk(kibibytes: 1_024)
    let place = try TemporaryStore(in: disk.folder)
    let store = try await place.writing()
    try await store.save(Sample.domain())
    let operation = try await store.startOperation("reconcile", domain: Sample.key(), at: Sample.at(0))
    let step = Sample.step(operation)
    try await store.begin(step, at: Sample.at(1))
    disk.fill()
    let sides = Sample.sides(live: "<live>" + String(repeating: "x", count: 20_000) + "</live>")
    let error = await #expect(throws: StoreError.self) {
      try await store.settle(Settlement(of: step, as: .done, at: Sample.at(2), record: sides))
    }
    #expect(error?.kind == .diskFull)
    #expect(error?.message.contains("not recorded") == true)
    #expect(error?.wayOut.contains("finds out by reading") == true)
    disk.free()
    #expect(try await store.openSteps(of: Sample.key()).map(\.state) == [.started])
    try await store.settle(Settlement(of: step, as: .done, at: Sample.at(3), record: sides))
    #expect(try await store.check() == [])
  }
}
