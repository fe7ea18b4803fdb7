import Control
import Faults
import Foundation
import Libvirt
import Reconciling
import Store
import Synchronization
import TestSupport
import Vocabulary

/// One seed: what an owner, a guest, libvirtd and other people do to one domain, and what vmctl makes of it.
struct History: Sendable {
  let world: World

  struct Outcome: Sendable {
    let violations: [Violation]
    let trace: [String]
  }

  static func run(seed: UInt64, bug: PlantedBug?) -> Outcome {
    let world: World
    do {
      world = try World(seed: seed)
    } catch {
      return Outcome(violations: [Violation(rule: "simulator", message: "\(error)")], trace: [])
    }
    let ended: Void? = PlantedBug.$planted.withValue(bug) {
      StoreExecution.$isInline.withValue(true) {
        SimulationLoop.shared.run(world.clock, SeededNumbers(seed: seed ^ 0xabcdef)) { [bug] in
          await PlantedBug.$planted.withValue(bug) {
            await StoreExecution.$isInline.withValue(true) { await History(world: world).run() }
          }
        }
      }
    }
    if ended == nil { world.violate("liveness", "the history has no end") } else { world.giveBack() }
    return world.state.withLock { Outcome(violations: $0.violations, trace: $0.trace) }
  }

  // MARK: The course of it

  private func run() async {
    world.state.withLock { state in
      state.weather = Weather.allCases[Int.random(in: 0..<Weather.allCases.count, using: &state.chances)]
      state.wish.isPC = state.chances.once(in: 3)
      state.wish.otherwise = state.chances.once(in: 4) ? "nextBoot" : "keep"
      for _ in 0..<2 { state.wish.change(&state.chances) }
      state.wish.isRunning = true
      if state.chances.once(in: 2) { state.wish.placedID = state.wish.ids.last }
    }
    chooseDeliveries()
    if world.state.withLock({ $0.weather == .guests || $0.weather == .deafness }) {
      world.fake.setDefaultGuest(.silent)
    }
    for _ in 0..<world.chance({ Int.random(in: 2...4, using: &$0) }) {
      await turn()
      if !world.state.withLock({ $0.violations.isEmpty }) { return }
    }
    await Quiescence(history: self).run()
  }

  private func turn() async {
    let weather = world.state.withLock { $0.weather }
    let before = world.chance { chances in chances.once(in: 2) ? weather.happening(&chances) : nil }
    before?.happen(to: world)
    let meanwhile = world.chance { chances in
      chances.once(in: 2)
        ? (0...Int.random(in: 0..<2, using: &chances)).map { _ in
          (Duration.milliseconds(Int.random(in: 0...20_000, using: &chances)), weather.happening(&chances))
        } : []
    }
    for (delay, happening) in meanwhile {
      Task {
        // Nothing cancels what happens in the world.
        try? await world.clock.sleep(for: delay)
        happening.happen(to: world)
      }
    }
    let (death, failingWrite, timeout) = world.chance { chances -> (Int?, Int?, Int64) in
      (
        weather.death(&chances),
        chances.once(in: 12) ? Int.random(in: 1...12, using: &chances) : nil,
        [1_000, 10_000, 60_000, 300_000][Int.random(in: 0..<4, using: &chances)]
      )
    }
    // Mostly, who is told that libvirtd is away tries again when it is back.
    if world.state.withLock({ $0.downUntil != nil }), world.chance({ !$0.once(in: 4) }) {
      // Nothing cancels the time.
      try? await world.clock.sleep(for: .seconds(5))
    }
    chooseFates()
    if world.chance({ $0.once(in: 8) }) {
      await verb(death, failingWrite, timeout)
    } else {
      await reconcile(death, failingWrite, timeout)
    }
    if world.chance({ $0.once(in: 3) }) {
      let pause = world.chance { Duration.seconds(Int.random(in: 1...900, using: &$0)) }
      // Nothing cancels the time.
      try? await world.clock.sleep(for: pause)
    }
    if world.chance({ $0.once(in: 30) }) { loseStore() }
  }

  private func reconcile(_ death: Int?, _ failingWrite: Int?, _ timeout: Int64) async {
    // Guests are asked for something where wishes change.
    let isSame = world.chance { $0.once(in: 3) } && world.state.withLock { $0.weather != .guests }
    if !isSame {
      world.state.withLock { state in
        state.wish.change(&state.chances)
        state.wishNumber += 1
      }
    }
    if world.chance({ $0.once(in: 15) }) {
      await staleDocument()
    }
    if world.chance({ $0.once(in: 10) }) {
      await forbiddenDocument()
    }
    let report = await run("reconcile", death, failingWrite) { try await $0.reconcile(self.request(timeout)) }
    await AfterCommand(world: world).check(report)
  }

  func request(_ timeout: Int64) -> ReconcileRequest {
    let wish = world.state.withLock { $0.wish }
    return ReconcileRequest(
      documents: [IntentSource(name: "wish.yaml", bytes: Array(wish.document.utf8))], removals: Wish.all,
      timeout: timeout)
  }

  /// R16: a document that its client has superseded is not taken.
  private func staleDocument() async {
    var old = world.state.withLock { $0.wish }
    guard let accepted = world.state.withLock({ $0.acceptedClientGeneration }), accepted > 1 else { return }
    old.clientGeneration = Int(accepted) - 1
    old.title += 100
    let text = old.document
    let report = await run("reconcile of an old document", nil, nil) {
      try await $0.reconcile(
        ReconcileRequest(
          documents: [IntentSource(name: "old.yaml", bytes: Array(text.utf8))], removals: Wish.all, timeout: 1_000))
    }
    if let report, report.outcome < .refused { world.violate("R16", "an old document is taken: \(report.summary)") }
  }

  /// I7: a document that takes a protected device away is refused.
  private func forbiddenDocument() async {
    let wish = world.state.withLock { $0.wish }
    guard let id = wish.protectedID, world.devices(.persistent)?["ua-" + id] != nil,
      world.state.withLock({ $0.acceptedProtection == id })
    else { return }
    var forbidden = wish
    forbidden.ids.removeAll { $0 == id }
    forbidden.protectedID = nil
    let text = forbidden.document
    let report = await run("reconcile without the protected \(id)", nil, nil) {
      try await $0.reconcile(
        ReconcileRequest(
          documents: [IntentSource(name: "forbidden.yaml", bytes: Array(text.utf8))], removals: Wish.all,
          timeout: 1_000))
    }
    if let report, report.outcome < .refused {
      world.violate("I7", "a document without the protected '\(id)' is taken: \(report.summary)")
    }
  }

  private func verb(_ death: Int?, _ failingWrite: Int?, _ timeout: Int64) async {
    let (verb, force) = world.chance { chances -> (VerbRequest.Verb, Bool) in
      ([.start, .stop, .restart][Int.random(in: 0..<3, using: &chances)], chances.once(in: 2))
    }
    let report = await run("\(verb)", death, failingWrite) {
      try await $0.perform(VerbRequest(verb, domain: "web-1", timeout: timeout, force: force))
    }
    await AfterCommand(world: world).check(report, isVerb: true)
  }

  /// Runs one command as a process of its own.
  /// - Returns: `nil` where the process died in it.
  func run(
    _ name: String, _ death: Int? = nil, _ failingWrite: Int? = nil,
    _ body: (EmbeddedControl) async throws -> AsyncStream<ProgressEvent>
  ) async -> OperationReport? {
    let wish = world.state.withLock { $0.wish }
    world.note(
      "vmctl \(name): \(wish.ids) \(wish.isRunning ? "running" : "stopped") generation \(wish.clientGeneration)")
    let process = SimulatedProcess(death: death, failingWrite: failingWrite) { [world] in world.met($0) }
    world.state.withLock { $0.changingCalls = 0 }
    var report: OperationReport?
    var problem: (any Error)?
    await Failpoint.$handler.withValue(process) {
      await StoreExecution.$kept.withValue(world.kept) {
        do {
          for await event in try await body(world.control) { report = event.report ?? report }
        } catch {
          problem = error
        }
      }
    }
    if process.isDead {
      world.died()
      world.note("vmctl died at \(process.diedAt)")
      return nil
    }
    if let problem {
      world.note("vmctl: \(problem)")
      return nil
    }
    if let report {
      world.note(
        "vmctl: \(report.outcome) \(report.summary) \(report.problems.map(\.message)) "
          + "\(report.refused.map(\.reason)) waiting \(report.waiting.map(\.name))")
    }
    return report
  }

  // MARK: Faults of the connection and the disk

  private func chooseFates() {
    world.state.withLock { state in
      state.fates = [:]
      if let (number, fate) = state.weather.fate(&state.chances) { state.fates[number] = fate }
    }
  }

  private func chooseDeliveries() {
    guard world.chance({ $0.once(in: 2) }) else { return }
    world.fake.decideDeliveries { [world] _ in
      world.chance { chances in
        switch Int.random(in: 0..<5, using: &chances) {
        case 0: []
        case 1: [.zero, .zero]
        case 2: [.milliseconds(Int.random(in: 1...9000, using: &chances))]
        default: [.zero]
        }
      }
    }
  }

  /// The store goes; what is in the domains' metadata stays (B10).
  private func loseStore() {
    world.forgetUnwrittenSlots()
    world.note("world: the store is lost")
    world.dropConnection()
    for suffix in ["", "-wal", "-shm", ".lock"] {
      // What is not there need not go.
      try? FileManager.default.removeItem(atPath: world.store.location.path + suffix)
    }
    world.state.withLock { state in
      state.requests = [:]
      state.accepted = 0
      state.acceptedClientGeneration = nil
      state.isRecorded = false
      state.phantomRefusals = [:]
      state.isStoreLost = true
    }
  }
}
