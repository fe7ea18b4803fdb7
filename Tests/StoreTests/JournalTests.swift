import Store
import TestSupport
import Testing
import Vocabulary

@Suite struct JournalTests {
  private func opened(_ store: RecordStore) async throws -> OperationID {
    try await store.save(Sample.domain())
    return try await store.startOperation(
      "reconcile", domain: Sample.key(), generation: Generation(3), at: Sample.at(1))
  }

  /// I6: what was begun is there after a crash, with all that is needed to find out what came of it.
  @Test func `a step that was begun is open until it is settled`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let operation = try await opened(store)
    var step = Sample.step(operation)
    try await store.begin(step, at: Sample.at(5))
    step.state = .started
    step.startedAt = Sample.at(5)
    #expect(try await store.openSteps() == [step])
    #expect(try await store.openSteps(of: Sample.key()) == [step])
    #expect(try await store.openSteps(of: Sample.key(2)).isEmpty)

    try await store.settle(Settlement(of: step, as: .unknown, at: Sample.at(6), error: "code 38: End of file"))
    step.state = .unknown
    step.error = "code 38: End of file"
    #expect(try await store.openSteps() == [step])

    try await store.settle(Settlement(of: step, as: .done, at: Sample.at(7)))
    #expect(try await store.openSteps().isEmpty)
    step.state = .done
    step.error = nil
    step.settledAt = Sample.at(7)
    #expect(try await store.steps(of: operation) == [step])
  }

  /// I5, decision 14: outcome, fresh XML, ledger, ids, unplug, next step and end are one transaction.
  @Test func `a settlement writes all that a step changed`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let operation = try await opened(store)
    let step = Sample.step(operation, 1)
    try await store.begin(step, at: Sample.at(5))
    try await store.save(
      DomainChanges(unplugs: [Sample.unplug("gone")]), of: Sample.key())
    var row = Sample.domain()
    row.power.startedByUs = true
    try await store.settle(
      Settlement(
        of: step, as: .done, at: Sample.at(6), record: Sample.sides(live: "<after/>"),
        ledger: [.put(try Sample.held("data"))], applied: [.put(try Sample.applied("data"))],
        unplugs: [.remove(StepTarget(kind: "device", name: "gone"))], domain: row,
        beginning: Sample.step(operation, 2, xml: nil)))
    let file = try await store.file(of: Sample.key()).orThrow("no domain")
    #expect(file.row.power.startedByUs)
    #expect(file.heads.live?.bytesDigest == Sample.side("<after/>").bytesDigest)
    #expect(file.heads.live?.operation == operation)
    #expect(file.ledger == [try Sample.held("data")])
    #expect(file.applied == [try Sample.applied("data")])
    #expect(file.unplugs.isEmpty)
    #expect(file.openSteps.map(\.order) == [2])
    #expect(file.openSteps.first?.startedAt == Sample.at(6))

    let end = OperationRow.End(at: Sample.at(8), outcome: "done", exitCode: 0, summary: "1 added")
    try await store.settle(
      Settlement(
        of: Sample.step(operation, 2), as: .done, at: Sample.at(7),
        ledger: [
          .remove(LedgerRow.Key(device: try Sample.id("data"), side: nil))
        ], applied: [.remove(try Sample.id("data"))], end: end))
    #expect(try await store.operation(operation)?.end == end)
    #expect(try await store.ledger(of: Sample.key()).isEmpty)
    #expect(try await store.applied(of: Sample.key()).isEmpty)
    #expect(try await store.openSteps().isEmpty)
  }

  /// I6: a failure in the middle of a settlement leaves nothing of it.
  @Test func `a settlement that fails leaves nothing`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let operation = try await opened(store)
    let step = Sample.step(operation)
    try await store.begin(step, at: Sample.at(5))
    let before = try await store.file(of: Sample.key()).orThrow("no domain")
    let blobs = try await store.usage().blobs
    await #expect {
      // The last thing that a settlement does fails: the next step belongs to an operation that is not there.
      try await store.settle(
        Settlement(
          of: step, as: .done, at: Sample.at(6), record: Sample.sides(live: "<after/>"),
          ledger: [.put(try Sample.held("data"))], unplugs: [.put(Sample.unplug("data"))],
          beginning: Sample.step(OperationID(99))))
    } throws: {
      ($0 as? StoreError)?.kind == .noSuchStep(operation: 99, number: nil)
    }
    let after = try await store.file(of: Sample.key()).orThrow("no domain")
    #expect(after.heads == before.heads)
    #expect(after.ledger.isEmpty && after.unplugs.isEmpty)
    #expect(after.openSteps == before.openSteps)
    #expect(try await store.usage().blobs == blobs)
  }

  /// One caller's failure is not its neighbour's, although they share a commit.
  @Test func `a failure among many leaves the others`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let results = await withTaskGroup(of: Bool.self) { group in
      for number: UInt64 in 1...100 {
        group.addTask {
          do {
            if number.isMultiple(of: 3) {
              try await store.record(Sample.sides(live: "<x/>"), of: Sample.key(9_999), origin: .ours)
            } else {
              try await store.save(Sample.domain(number))
            }
            return true
          } catch {
            return false
          }
        }
      }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(results == 67)
    #expect(try await store.summaries().count == 67)
  }

  /// I6: the call has been made, so what came of it is written even for a task that was cancelled.
  @Test func `a cancelled task settles`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let operation = try await opened(store)
    let step = Sample.step(operation)
    try await store.begin(step, at: Sample.at(5))
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await store.settle(Settlement(of: step, as: .done, at: Sample.at(6)))
    }
    task.cancel()
    try await task.value
    #expect(try await store.openSteps().isEmpty)
  }

  @Test func `a step of no operation is refused`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let operation = try await opened(store)
    await #expect(throws: StoreError(.noSuchStep(operation: 7, number: nil), path: place.location.path)) {
      try await store.begin(Sample.step(OperationID(7)), at: Sample.at(1))
    }
    await #expect(throws: StoreError(.noSuchStep(operation: 1, number: 4), path: place.location.path)) {
      try await store.settle(Settlement(of: Sample.step(operation, 4), as: .done, at: Sample.at(1)))
    }
  }

  @Test func `operations are numbered for ever and the newest 500 that ended are kept`() async throws {
    let place = try TemporaryStore()
    let store = try await place.writing()
    let open = try await opened(store)
    let end = OperationRow.End(at: Sample.at(2), outcome: "done", exitCode: 0, summary: "")
    for _ in 1...503 {
      let id = try await store.startOperation(
        "reconcile", domain: Sample.key(), at: Sample.at(1), steps: { [Sample.step($0, xml: "<step-\($0)/>")] })
      try await store.endOperation(id, end)
    }
    let kept = try await store.operations(of: Sample.key(), limit: 1_000)
    #expect(kept.count == 501)
    #expect(kept.last?.id == open)
    #expect(kept.first?.id == OperationID(504))
    #expect(try await store.usage().blobs == 500)
    try await store.remove(Sample.key())
    try await store.save(Sample.domain())
    #expect(try await store.startOperation("start", domain: Sample.key(), at: Sample.at(1)) == OperationID(505))
    #expect(try await store.operations().map(\.verb) == ["start"])
  }
}
