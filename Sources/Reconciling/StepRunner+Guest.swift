import Control
import Faults
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// Waiting for the guest (design section 8).
extension StepRunner {
  /// The guest was asked and has not done it. Its answer is waited for as long as the caller's patience lasts, and it is
  /// asked again when that is due. What then still waits is in the store, and holds its slot and its file.
  func wait(
    _ step: Step, _ order: Int, _ before: ObservedDomain?, _ mark: Int, _ failure: LibvirtError?,
    _ outcome: CallOutcome?
  ) async throws(Problem) -> End {
    let time = surroundings.time
    let limit = min(patience, requests.deadline(step) ?? shutdown.deadline)
    try await note(step, order, before, failure, outcome)
    let start = time.now().milliseconds
    func spent() -> Duration { .milliseconds(time.now().milliseconds - start) }
    var mark = mark
    var observed = before
    while spent() < limit, !Task.isCancelled {
      await surroundings.events.wait(
        for: key.domain, since: mark, timeout: min(limit - spent(), StepRunner.longestPause), clock: time.clock)
      mark = await surroundings.events.mark(key.domain)
      observed = try await reading.observe()
      if Verifier.check(step, observed) == .done {
        try await settle(step, order, .done, observed)
        return End(state: .done, observed: observed)
      }
      if let alias = GuestRequests.alias(step), await surroundings.events.wasRefused(alias, of: key.domain) {
        await surroundings.events.forgetRefusal(alias, of: key.domain)
        try await note(step, order, observed, nil, .refusedByGuest)
      }
      if let row = requests[step], row.isDue(at: time.now()), !row.isOverdue(at: time.now()), spent() < limit {
        try await askAgain(step, order, observed)
      }
    }
    patience = max(.zero, patience - spent())
    if step.action == .shutdown, shutdown.otherwise == .destroy, limit == shutdown.deadline {
      return try await destroy(step, order)
    }
    return End(state: .waiting, observed: observed)
  }

  /// Events may be lost: now and then it is looked at without one.
  private static let longestPause = Duration.seconds(2)

  /// Returns when it is time to look again; false where the caller's patience is over.
  func waitForGuest(since mark: Int) async -> Bool {
    guard patience > .zero, !Task.isCancelled else { return false }
    let (clock, pause) = (surroundings.time.clock, min(patience, StepRunner.longestPause))
    let spent = await clock.measure {
      await surroundings.events.wait(for: key.domain, since: mark, timeout: pause, clock: clock)
    }
    patience = max(.zero, patience - spent)
    return true
  }

  /// Keeps what is known of the request.
  private func note(
    _ step: Step, _ order: Int, _ observed: ObservedDomain?, _ failure: LibvirtError?, _ outcome: CallOutcome?
  ) async throws(Problem) {
    let isRefused = outcome == .refusedByGuest
    let said = failure?.message ?? (isRefused ? "the guest refused to let go of the device" : nil)
    let unplug = requests.answer(step, isRefused ? .refused : .waiting, said: said)
    try await settle(
      step, order, .waiting, observed, error: isRefused ? said : nil,
      unplugs: unplug.map { [PlantedBug.is(.forgetsRequests) ? .remove($0.target) : .put($0)] } ?? [])
  }

  /// The same step again. It is kept before the guest is asked, like the first time.
  private func askAgain(_ step: Step, _ order: Int, _ observed: ObservedDomain?) async throws(Problem) {
    do throws(Problem) {
      try await holding.check(key.domain)
    } catch {
      // It stays due: it is asked when nobody else holds the domain any more.
      if error.code.outcome == .conflict { return }
      throw error
    }
    let unplug = requests.begin(step, in: requests[step]?.run, at: surroundings.time.now())
    try await settle(step, order, .waiting, observed, unplugs: unplug.map { [.put($0)] } ?? [])
    let failure = await call(step)
    try await note(step, order, nil, failure, failure.map { CallOutcome($0, of: step.action) })
  }

  /// As pulling the plug: the guest had its time.
  private func destroy(_ step: Step, _ order: Int) async throws(Problem) -> End {
    let hypervisor = surroundings.hypervisor
    let domain = key.domain
    do throws(LibvirtError) {
      try await hypervisor.destroy(domain)
    } catch {
      // It may have gone by itself, or the call may have been cut off: what is read says so.
      if CallOutcome(error, of: .destroy) == .refused { throw Problem(error, domain: name, doing: "ending the domain") }
    }
    let observed = try await reading.observeAtRest()
    let state: StepRow.State = Verifier.check(step, observed) == .done ? .done : .notDone
    try await settle(step, order, state, observed)
    guard state == .done else {
      throw Problem(
        "not-applied", "the domain was to be ended, and it still runs", domain: name,
        remedy: "see `virsh domcontrol \(name)`, then try again")
    }
    return End(state: state, observed: observed)
  }
}
