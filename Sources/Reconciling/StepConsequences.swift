import DomainXML
import Planning
import Store
import Vocabulary

/// What follows from a step for everything else that is kept of its domain. The same whether it is settled right after
/// its call or at the next start, after a crash.
struct StepConsequences {
  var unplugs: [RowChange<UnplugRow>] = []
  var ledger: [RowChange<LedgerRow>] = []
  var domain: DomainRow?

  init(_ step: Step, _ state: StepRow.State, _ row: DomainRow?, at now: Timestamp) {
    guard state == .done else { return }
    // Gone from the running domain, or attached to it anew: either way an unplug that was armed is over.
    if step.side == .live, [.attach, .detach, .set].contains(step.action) {
      unplugs = [.remove(StepTarget(step.target))]
    }
    if step.action == .detach, let id = step.target.deviceID, let slot = step.slot {
      // Its slot stays known even where the store has never seen the device attached.
      ledger = [
        .put(
          LedgerRow(
            device: id, kind: step.kind ?? "", alias: id.alias, slot: slot, state: .tombstone, since: now,
            removedAt: now))
      ]
    }
    // Known from now on, whatever becomes of the pass: the id gets this slot and no other (I2).
    if [.attach, .define].contains(step.action) { ledger = StepConsequences.places(step, at: now) }
    domain = StepConsequences.power(step, row, at: now)
  }

  /// The slots that devices are about to get for the first time. The guest may see a device whose call nobody reads
  /// back, for this process or the guest's run may end in it: its slot is no other id's then, either (I2).
  static func claims(_ step: Step, besides placed: Set<DeviceID>, at now: Timestamp) -> [RowChange<LedgerRow>] {
    // One that is placed keeps its claim to the slot that it had, until it is seen somewhere else.
    if step.action == .attach, step.target.deviceID.map(placed.contains) ?? true { return [] }
    return places(step, at: now)
  }

  /// Where a step puts devices.
  private static func places(_ step: Step, at now: Timestamp) -> [RowChange<LedgerRow>] {
    switch step.action {
    case .attach:
      guard let id = step.target.deviceID, let slot = step.slot else { return [] }
      return [
        .put(
          LedgerRow(
            device: id, kind: step.kind ?? "", alias: step.alias ?? id.alias, slot: slot,
            guestPath: step.guestPath?.description, since: now))
      ]
    case .define:
      guard let xml = step.xml, let definition = try? DomainDefinition(xml) else { return [] }
      // A definition that is restored has devices of others too, and their aliases look like ours (I7).
      let ours = ManagedState(in: definition).map { Set($0.bindings.map(\.id)) }
      return definition.devices.compactMap { device in
        guard let id = device.id, let slot = device.slot, ours?.contains(id) ?? true else { return nil }
        return .put(
          LedgerRow(
            device: id, kind: device.kind.name, alias: device.alias ?? id.alias, slot: slot,
            guestPath: definition.guestPath(of: device)?.description, naturalKey: device.naturalKey, since: now))
      }
    case .undefine, .start, .shutdown, .destroy, .detach, .update, .set, .setMetadata: return []
    }
  }

  /// R13 depends on who started and stopped the domain.
  private static func power(_ step: Step, _ row: DomainRow?, at now: Timestamp) -> DomainRow? {
    guard var row else { return nil }
    switch step.action {
    case .start:
      row.power.startedByUs = true
      row.power.stoppedByUs = false
      row.power.everStarted = true
      row.power.failedStarts = 0
      row.power.lastStartAt = now
      row.power.lastGoodStartAt = now
    case .shutdown, .destroy: row.power.stoppedByUs = true
    case .define, .undefine, .attach, .detach, .update, .set, .setMetadata: return nil
    }
    return row
  }
}
