import Libvirt
import Synchronization
import TestSupport
import Vocabulary

/// What guests, libvirtd and other people do to the domain.
enum Happening: Sendable, CaseIterable {
  case guestChangesItsMind, guestResets, guestForgets, guestStops, guestCrashes
  case foreignAttach, foreignDetach, foreignJob, managedSave, undefined
  case daemonRestarts

  static func random(_ chances: inout SeededNumbers) -> Happening {
    // What ends runs is rarer, for a stopped guest has little left to go wrong.
    let often: [Happening] = [
      .guestChangesItsMind, .guestChangesItsMind, .guestChangesItsMind, .guestResets, .guestResets, .guestForgets,
      .foreignDetach, .foreignJob, .daemonRestarts, .daemonRestarts,
    ]
    let seldom: [Happening] = [.guestStops, .guestCrashes, .foreignAttach, .managedSave, .undefined]
    return chances.once(in: 4)
      ? seldom[Int.random(in: 0..<seldom.count, using: &chances)]
      : often[Int.random(in: 0..<often.count, using: &chances)]
  }

  func happen(to world: World) {
    guard let uuid = world.uuid, let glance = world.fake.glance(uuid) else { return }
    let fake = world.fake
    let now = world.clock.now
    switch self {
    case .guestChangesItsMind:
      let guest = world.chance { chances -> FakeHypervisor.Guest in
        switch Int.random(in: 0..<5, using: &chances) {
        case 0: .acknowledges(after: .milliseconds(100))
        case 1: .acknowledges(after: .seconds(Int.random(in: 6...200, using: &chances)))
        case 2, 3: .silent
        default: .refuses
        }
      }
      world.disturb("the guest \(guest)")
      fake.setGuest(guest, of: uuid)
    case .guestResets where glance.live != nil:
      world.disturb("the guest resets, \(glance.pending) pending")
      fake.reset(uuid)
    case .guestForgets where !glance.pending.isEmpty:
      world.disturb("the guest forgets \(glance.pending)")
      fake.loseRequests(uuid)
    case .guestStops where glance.live != nil:
      world.disturb("the guest shuts down")
      endJob(world, uuid)
      fake.stop(uuid)
    case .guestCrashes where glance.live != nil:
      world.disturb("the guest crashes")
      endJob(world, uuid)
      fake.stop(uuid, .crashed)
    case .managedSave where glance.live != nil:
      world.disturb("somebody saves the domain")
      world.state.withLock { $0.wasSaved = true }
      endJob(world, uuid)
      fake.stop(uuid, .saved)
    case .foreignAttach: foreignAttach(world, uuid)
    case .foreignDetach: foreignDetach(world, uuid)
    case .foreignJob where glance.live != nil:
      let length = world.chance { Duration.seconds(Int.random(in: 1...60, using: &$0)) }
      world.disturb("a foreign job for \(length)")
      fake.setJob(JobState(kind: .unbounded, operation: .migrationOut), of: uuid)
      world.state.withLock { $0.jobSince = now }
      Task {
        // Nothing cancels a foreign job.
        try? await world.clock.sleep(for: length)
        fake.setJob(.none, of: uuid)
        world.state.withLock { $0.jobSince = nil }
        world.disturb("the foreign job is over")
      }
    case .undefined where glance.live == nil:
      world.disturb("somebody undefines the domain")
      fake.undefineForeign(uuid)
    case .daemonRestarts:
      let down = world.chance { Duration.milliseconds(Int.random(in: 0...4000, using: &$0)) }
      world.disturb("libvirtd restarts, away for \(down)")
      world.state.withLock { $0.downUntil = now.advanced(by: down) }
      fake.disconnect()
    default: break
    }
  }

  /// A job ends with its run.
  private func endJob(_ world: World, _ uuid: DomainUUID) {
    world.fake.setJob(.none, of: uuid)
    world.state.withLock { $0.jobSince = nil }
  }

  private func foreignAttach(_ world: World, _ uuid: DomainUUID) {
    guard world.state.withLock({ $0.foreignSlots.count }) < 2 else { return }
    let side: Side = world.chance { $0.once(in: 2) } ? .live : .persistent
    let before = (world.devices(.live) ?? [:]).merging(world.devices(.persistent) ?? [:]) { one, _ in one }
    let alias = "ua-x\(world.state.withLock { $0.disturbances })"
    let xml = XMLText(
      "<rng model='virtio'><backend model='random'>/dev/urandom</backend><alias name='\(alias)'/></rng>")
    guard world.fake.attachForeign(xml, to: uuid, side: side) else { return }
    let slot = world.devices(side)?[alias] ?? ""
    world.disturb("somebody attaches \(alias) at \(slot) (\(side)); before: \(before.count)")
    world.state.withLock { _ = $0.foreignSlots.insert(slot) }
  }

  private func foreignDetach(_ world: World, _ uuid: DomainUUID) {
    let side: Side = world.chance { $0.once(in: 2) } ? .live : .persistent
    let there = (world.devices(side) ?? [:]).keys.filter { $0 != "ua-root" }.sorted()
    guard let alias = world.chance({ there.randomElement(using: &$0) }) else { return }
    world.disturb("somebody detaches \(alias) (\(side))")
    world.state.withLock { state in
      if state.isStoreLost, let slot = state.slots[alias] { state.foreignSlots.insert(slot) }
    }
    world.fake.detachForeign(alias, from: uuid, side: side)
  }
}
