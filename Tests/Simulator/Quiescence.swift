import Control
import DomainXML
import Foundation
import Libvirt
import Reconciling
import Store
import Synchronization
import TestSupport
import Vocabulary

/// The end of a history: no more faults, a guest that co-operates; then everything has to come out as wanted.
struct Quiescence: Sendable {
  let history: History
  private var world: World { history.world }

  /// Enough for an unplug, a reset, a restart and a restore, one after another.
  private static let rounds = 16

  init(history: History) { self.history = history }

  func run() async {
    world.note("quiet from here")
    calm()
    var last: OperationReport?
    for round in 0..<Quiescence.rounds {
      // Whatever still happens in the world happens now, and what is due becomes due.
      try? await world.clock.sleep(for: .seconds(700))
      calm()
      if round % 3 == 2, let uuid = world.uuid { world.fake.reset(uuid) }
      last = await history.run("reconcile") { try await $0.reconcile(history.request(60_000)) }
      await AfterCommand(world: world).check(last)
      guard world.state.withLock({ $0.violations.isEmpty }) else { return }
      // What the guest was asked for on behalf of an earlier document may stay armed: nobody can see that it is not.
      if last?.outcome == .asWanted, last?.waiting.allSatisfy(\.isWantedAgain) ?? false,
        last?.waiting.isEmpty ?? true || round > 5
      {
        return await judge()
      }
      await help(last, round)
    }
    world.violate(
      "liveness",
      "not as wanted after \(Quiescence.rounds) quiet rounds: \(last?.summary ?? "no report") "
        + "\(last?.problems.map(\.message) ?? []) \(last?.refused.map(\.reason) ?? [])")
  }

  private func calm() {
    world.state.withLock { state in
      state.fates = [:]
      state.downUntil = nil
      state.jobSince = nil
    }
    world.fake.decideDeliveries { _ in [.zero] }
    if let uuid = world.uuid {
      world.fake.setGuest(.acknowledges(after: .milliseconds(100)), of: uuid)
      world.fake.setJob(.none, of: uuid)
    }
  }

  /// What an operator does who reads what vmctl says.
  private func help(_ report: OperationReport?, _ round: Int) async {
    guard let report else { return }
    if report.refused.contains(where: { $0.code == "slot-taken" }), let uuid = world.uuid {
      for side in Side.allCases {
        for alias in (world.devices(side) ?? [:]).keys.sorted() where alias.hasPrefix("ua-x") {
          world.disturb("whoever attached \(alias) detaches it (\(side))")
          world.fake.detachForeign(alias, from: uuid, side: side)
        }
      }
    }
    if report.problems.contains(where: { $0.code == "gone" }) || report.refused.contains(where: { $0.code == "gone" }) {
      world.state.withLock { $0.isRestoring = true }
      _ = await history.run("restore") { try await $0.perform(VerbRequest(.restore, domain: "web-1")) }
      world.state.withLock { $0.isRestoring = false }
    } else if report.outcome == .nextBoot
      // A guest that forgot what it was asked for, and whose deadline has passed, is asked no more.
      || (report.outcome == .waiting && round > 7)
      || report.refused.contains(where: { $0.code == "phantom-device" })
      || report.problems.contains(where: { $0.code == "phantom-device" })
    {
      _ = await history.run("restart") {
        try await $0.perform(VerbRequest(.restart, domain: "web-1", timeout: 10_000, force: true))
      }
    }
  }

  /// As wanted: then a second time nothing is done, the record is libvirt's own, and nothing is left open.
  private func judge() async {
    let store = Result { try world.storeState() }
    // So that a stamp of the time would show.
    try? await world.clock.sleep(for: .seconds(1))
    world.fake.forgetCalls()
    let again = await history.run("reconcile again") { try await $0.reconcile(history.request(60_000)) }
    if again?.outcome != .asWanted {
      world.violate("I9", "a second reconcile ends with \(again?.summary ?? "nothing")")
    }
    let calls = world.fake.calls.filter(\.kind.isMutating)
    if !calls.isEmpty { world.violate("I9", "a second reconcile calls \(calls.map(\.kind))") }
    do {
      if try world.storeState() != store.get() { world.violate("I9", "a second reconcile writes to the store") }
    } catch {
      world.violate("simulator", "the store cannot be looked at: \(error)")
    }
    await judgeRecord()
  }

  private func judgeRecord() async {
    do {
      guard let uuid = world.uuid, let glance = world.fake.glance(uuid),
        try await world.look({ try await judgeRecord(in: $0, uuid, glance) }) != nil
      else { return world.violate("I4", "there is no store, or no domain") }
    } catch {
      world.violate("I4", "the store cannot be read: \(error)")
    }
  }

  private func judgeRecord(in store: RecordStore, _ uuid: DomainUUID, _ glance: FakeHypervisor.Glance) async throws {
    guard let key = try await store.domains(named: "web-1").map(\.key).first(where: { $0.domain == uuid }),
      let file = try await store.file(of: key)
    else { return world.violate("I4", "the store does not know the domain") }
    if try await store.recorded(.persistent, of: key)?.xml != glance.persistent {
      world.violate("I4", "the recorded definition is not what libvirt returned")
    }
    if glance.live != nil, try await store.recorded(.live, of: key)?.xml != glance.live {
      world.violate("I4", "the recorded live domain is not what libvirt returned")
    }
    if let open = file.openSteps.first { world.violate("I6", "the step \(open.action) \(open.target) is still open") }
    if !file.openOperations.isEmpty { world.violate("I6", "operations that nobody ended: \(file.openOperations)") }
    if !file.unplugs.allSatisfy({ $0.attempts == 0 }) {
      world.violate("design 8", "unplugs that wait for nothing: \(file.unplugs)")
    }
    if !file.phantoms.isEmpty, glance.phantoms.isEmpty {
      world.violate("F20", "a phantom is remembered that is gone")
    }
  }
}
