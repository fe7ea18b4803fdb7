import Control
import DomainXML
import Libvirt
import Store
import Synchronization
import TestSupport
import Vocabulary

/// What must hold when a command has ended, or its process has died.
struct AfterCommand: Sendable {
  let world: World

  func check(_ report: OperationReport?, isVerb: Bool = false) async {
    checkSlots()
    if let report {
      checkSteps(report)
      if report.outcome == .asWanted, !isVerb {
        checkTruth(report)
        checkTombstones()
        world.state.withLock { $0.acceptedProtection = $0.wish.protectedID }
      }
      if world.uuid != nil, !isVerb, report.outcome <= .waiting { world.state.withLock { $0.isRecorded = true } }
    }
    await checkStore(report)
  }

  /// I2: a device keeps its slot, and nobody gets another's.
  func checkSlots() {
    let live = world.devices(.live)
    let persistent = world.devices(.persistent)
    for (alias, slot) in (live ?? [:]).merging(persistent ?? [:], uniquingKeysWith: { one, _ in one }) {
      let (known, foreign, others) = world.state.withLock { state in
        (state.slots[alias], state.foreignSlots, state.slots.filter { $0.key != alias && $0.value == slot }.map(\.key))
      }
      if let known, known != slot, !foreign.contains(known) {
        world.violate("I2", "\(alias) moved from \(known) to \(slot)")
      }
      if known == nil, let other = others.first, !foreign.contains(slot) {
        world.violate("I2", "\(alias) got \(slot), which is \(other)'s")
      }
      world.state.withLock { $0.slots[alias] = slot }
    }
    guard let live, let persistent else { return }
    for (alias, slot) in live {
      if let other = persistent[alias], other != slot {
        world.violate("I2", "\(alias) is at \(slot) live and at \(other) in the definition")
      }
    }
  }

  /// I5: what is reported as not done is not done.
  private func checkSteps(_ report: OperationReport) {
    guard world.state.withLock({ $0.disturbances == $0.disturbancesSeen }) else { return }
    for (place, step) in report.steps.enumerated() where step.action == "attach" && step.state == "notDone" {
      guard let id = step.target.device, let side = step.side.flatMap({ Side(rawValue: $0) }),
        world.devices(side)?["ua-" + id] != nil
      else { continue }
      let isTriedAgain = report.steps[(place + 1)...].contains {
        // A run that begins later has it from the definition.
        $0.target == step.target && $0.side == step.side || $0.action == "start"
      }
      if !isTriedAgain {
        world.violate("I5", "the attach of '\(id)' (\(side)) is reported as not done, and it is there")
      }
    }
  }

  /// I10: what is reported as wanted is.
  func checkTruth(_ report: OperationReport) {
    let (wish, isUndisturbed) = world.state.withLock { ($0.wish, $0.disturbances == $0.disturbancesSeen) }
    guard isUndisturbed else { return }
    let wanted = Set(wish.ids.map { "ua-" + $0 } + ["ua-root"])
    for side in Side.allCases {
      guard let there = world.devices(side) else {
        if side == .persistent { world.violate("I10", "reported as wanted, and there is no definition") }
        continue
      }
      let ours = Set(there.keys.filter { !$0.hasPrefix("ua-x") })
      if ours != wanted {
        world.violate(
          "I10", "reported as wanted, and the \(side.rawValue) side has \(ours.sorted()), not \(wanted.sorted())")
      }
    }
  }

  /// I2 without the store: where a device was that went is kept in the domain itself, too (design section 6).
  private func checkTombstones() {
    let there = (world.devices(.live) ?? [:]).merging(world.devices(.persistent) ?? [:]) { one, _ in one }
    let (gone, isStoreLost) = world.state.withLock { state in
      (state.slots.filter { there[$0.key] == nil && !state.foreignSlots.contains($0.value) }, state.isStoreLost)
    }
    // What the domain did not say when the store was lost nobody knows.
    guard !gone.isEmpty, !isStoreLost, let persistent = world.uuid.flatMap({ world.fake.glance($0)?.persistent }),
      let definition = try? DomainDefinition(persistent)
    else { return }
    let kept = Dictionary(
      (ManagedState(in: definition)?.tombstones ?? []).map { ($0.id.alias, $0.slot.description) },
      uniquingKeysWith: { $1 })
    let wanted = world.state.withLock { Set($0.wish.ids.map { "ua-" + $0 }) }
    for (alias, slot) in gone.sorted(by: { $0.key < $1.key }) where kept[alias] != slot && !wanted.contains(alias) {
      world.violate("I2", "the domain does not say that \(slot) was \(alias)'s: \(kept[alias] ?? "nothing")")
    }
  }

  /// I6: what was accepted is there; what the guest was asked for is known.
  private func checkStore(_ report: OperationReport?) async {
    // A request ends with its run; one that a saved image kept is made again.
    let wasSaved = world.state.withLock { $0.wasSaved }
    let pending = wasSaved ? [] : world.uuid.flatMap { world.fake.glance($0)?.pending } ?? []
    let phantoms = phantoms(report)
    // A look at the store costs as much as a command: where nothing could be lost, none is taken.
    guard report == nil || !pending.isEmpty || !phantoms.isEmpty else { return note(report) }
    let live = world.devices(.live) ?? [:]
    do {
      let found = try await world.look { store in
        (
          rows: try await store.unplugs().map(\.unplug.target.name), newest: try await newestGeneration(store),
          phantoms: try await knownPhantoms(store)
        )
      }
      guard let (rows, newest, known) = found else {
        if report?.generation != nil { world.violate("I6", "there is no store") }
        return
      }
      let asked = world.state.withLock { Set($0.requests.keys) }
      for alias in Set(pending)
      where live[alias] != nil && asked.contains(String(alias.dropFirst(3)))
        && !rows.contains(String(alias.dropFirst(3)))
      {
        world.violate("I6", "the guest was asked for \(alias), and the store does not know")
      }
      for id in phantoms where !known.contains(id) {
        world.violate("F20", "'\(id)' was found to be a phantom, and the store does not know")
      }
      note(report)
      let accepted = world.state.withLock { $0.accepted }
      if newest < accepted { world.violate("I6", "generation \(accepted) was accepted, and the newest is \(newest)") }
    } catch {
      world.violate("I6", "the store cannot be read: \(error)")
    }
  }

  /// Devices that the command found to be in the hypervisor process only, and that still are. Where a write failed it
  /// could not keep them.
  private func phantoms(_ report: OperationReport?) -> [String] {
    guard let report, report.problems.allSatisfy({ $0.code.outcome <= .refused }),
      let glance = world.uuid.flatMap({ world.fake.glance($0) })
    else { return [] }
    return report.problems.filter { $0.code == "phantom-device" }.compactMap(\.device)
      .filter { glance.phantoms.contains("ua-" + $0) }
  }

  private func knownPhantoms(_ store: RecordStore) async throws -> Set<String> {
    let run = world.uuid.flatMap { world.fake.glance($0)?.run }
    var known: Set<String> = []
    for row in try await store.domains(named: "web-1") {
      let phantoms = try await store.file(of: row.key)?.phantoms ?? []
      known.formUnion(phantoms.filter { $0.run == run }.map(\.device.text))
    }
    return known
  }

  private func note(_ report: OperationReport?) {
    guard let report, let generation = report.generation, report.verb == "reconcile", report.outcome != .conflict,
      report.id != nil || report.outcome == .asWanted
    else { return }
    world.state.withLock { state in
      state.accepted = max(state.accepted, generation)
      state.acceptedClientGeneration = Int64(state.wish.clientGeneration)
    }
  }

  private func newestGeneration(_ store: RecordStore) async throws -> Int64 {
    var newest: Int64 = 0
    for row in try await store.domains(named: "web-1") {
      guard let intent = try await store.intent(of: row.key), intent.generation.number > newest else { continue }
      newest = intent.generation.number
      world.state.withLock { $0.acceptedClientGeneration = intent.clientGeneration }
    }
    return newest
  }
}
