import Control
import Faults
import Libvirt
import Planning
import Store
import Vocabulary

/// Settles by reading what a vmctl left open that ended before it knew (I6). Nothing is ever made again from the
/// journal: what is still to do the next plan says.
struct OpenSteps {
  let surroundings: Surroundings
  let key: DomainKey
  let name: String

  /// How long a guest may take to shut down, in milliseconds, to have done it because it was asked.
  private static let shutdownTime: Int64 = 600_000

  /// - Parameters:
  ///   - knowledge: what is known of the domain.
  ///   - current: the operation that runs now, which is not left open.
  /// - Returns: whether anything was written, so that what was known before is old.
  /// - Throws: where the domain or the store cannot be read or written.
  func settle(_ knowledge: Knowledge, besides current: OperationID? = nil) async throws(Problem) -> Bool {
    guard let file = knowledge.file else { return false }
    let steps = file.openSteps.filter { $0.operation != current }
    let operations = file.openOperations.filter { $0 != current }
    guard !steps.isEmpty || !operations.isEmpty else { return false }
    var observed = knowledge.observed
    let reading = ReadingBack(hypervisor: surroundings.hypervisor, domain: key.domain, name: name)
    if steps.contains(where: { $0.state != .waiting }) { observed = try await reading.observeAtRest() }
    var row: DomainRow? = file.row
    var hasWritten = false
    for open in steps {
      guard let settlement = try await settlement(open, observed, reading, file, row) else { continue }
      row = settlement.domain ?? row
      try await stored { () throws(StoreError) in try await surroundings.store.settle(settlement) }
      hasWritten = true
    }
    for operation in operations {
      let end = OperationRow.End(
        at: surroundings.time.now(), outcome: Outcome.error.rawValue, exitCode: Int(Outcome.error.exitCode),
        summary: "vmctl was stopped in it; what came of its steps was read afterwards")
      try await stored { () throws(StoreError) in try await surroundings.store.endOperation(operation, end) }
      hasWritten = true
    }
    return hasWritten
  }

  /// A guest that was asked to shut down may do so between two looks, and then it was us who stopped it (R13).
  private func isRecent(_ step: StepRow, _ now: Timestamp) -> Bool {
    step.startedAt.map { now.milliseconds - $0.milliseconds < OpenSteps.shutdownTime } ?? false
  }

  /// `nil` where the step goes on as it is: the guest still has the request.
  private func settlement(
    _ open: StepRow, _ observed: ObservedDomain?, _ reading: ReadingBack, _ file: DomainFile, _ row: DomainRow?
  ) async throws(Problem) -> Settlement? {
    let now = surroundings.time.now()
    var verdict = Verifier.Verdict.notDone
    if PlantedBug.is(.settlesBlindly) {
      verdict = .done
    } else if let step = open.step {
      verdict = try await reading.verdict(step, observed)
    }
    let request = file.unplugs.first {
      // One without an attempt is of a device that is wanted again: this step is not for that.
      $0.target == open.target && $0.run == observed?.observation.id && $0.attempts > 0
    }
    if open.state == .waiting, verdict != .done, request != nil { return nil }
    if verdict != .done, open.action == Step.Action.shutdown.rawValue, isRecent(open, now) { return nil }
    let state: StepRow.State = verdict == .done ? .done : .notDone
    var settlement = Settlement(
      of: open, as: state, at: now,
      error: state == .done ? nil : "vmctl ended before the outcome was known; it was read afterwards",
      record: VersionsOfHost(surroundings.host).record(observed, at: now))
    if let step = open.step {
      let consequences = StepConsequences(step, state, row, at: now)
      settlement.unplugs = consequences.unplugs
      settlement.ledger = consequences.ledger
      settlement.domain = consequences.domain
    }
    // Whether the request came to the guest nobody knows: it is taken to have it, and is asked again when that is due.
    if state == .notDone, var request, request.state == .requested {
      request.state = .waiting
      settlement.unplugs = [.put(request)]
    }
    return settlement
  }
}
