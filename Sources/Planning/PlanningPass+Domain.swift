import DomainXML
import Intent
import Vocabulary

extension PlanningPass {
  // MARK: Creation

  /// R10: `creation` is read once. Later it is compared with what the domain has, never applied.
  mutating func compareCreation() {
    guard let creation = input.wanted.creation, let applied = input.managed.creationDigest,
      creation.digest != applied, let definition = input.persistent ?? input.live
    else { return }
    let found = CreationFacts(definition)
    let differences = CreationFacts(creation, input.host).differences(from: found)
    for difference in differences {
      refuse(
        Refusal(
          "creation-changed", target: .domain, path: "spec.creation.\(difference.path)", wanted: difference.wanted,
          found: difference.found,
          reason: "the guest's hardware was chosen when the domain was created and does not change",
          wouldTake: "a new domain"))
    }
    if differences.isEmpty { plan.notes.append("spec.creation changed; it is read once, when the domain is created") }
  }

  // MARK: Power

  private var isActive: Bool { input.state.isActive || input.live != nil }

  mutating func planPower() {
    switch input.wanted.power {
    case .unmanaged: if input.managed.isArmed { planStart() }
    case .stopped: planStop()
    case .running: planStart()
    }
  }

  private mutating func planStop() {
    guard isActive else { return }
    if input.persistent == nil {
      return refuse(
        Refusal(
          "transient", target: .power, path: "spec.power", wanted: "stopped", found: "running",
          reason: "the domain is transient: stopping it would lose its definition",
          wouldTake: "virsh define of its XML, or virsh shutdown where that is meant"))
    }
    if input.state == .shuttingDown {
      plan.notes.append("the domain is shutting down")
    } else {
      steps.power.append(Step(.shutdown, .power, effect: .guest, reason: "the document wants the domain stopped"))
    }
  }

  private mutating func planStart() {
    if input.state == .paused { plan.notes.append("the domain is paused; vmctl resumes only what it paused itself") }
    guard !isActive else { return }
    if let reason = stayDown() {
      if input.stopReason == .shutdown { plan.guestShutdown = reason }
      return plan.notes.append(reason)
    }
    if input.hasManagedSave {
      let changes = steps.all.count { $0.side == .persistent && $0.action != .setMetadata }
      plan.notes.append(
        "starting restores the managed save"
          + (changes == 0 ? "" : "; \(changes) persistent changes follow at the cold boot after it (T20)"))
    }
    steps.power.append(
      Step(
        .start, .power, effect: .live,
        reason: input.managed.isArmed
          ? "the guest rebooted, and what waited for that comes with this start"
          : "the document wants the domain running"))
  }

  /// R13: why a domain that is to run is left down. `nil`: it is started.
  private func stayDown() -> String? {
    // It rebooted, and only waits to come up again.
    guard !input.managed.isArmed, input.startedByUs, !input.stoppedByUs else { return nil }
    switch input.stopReason {
    case .shutdown:
      return input.wanted.onGuestShutdown == .restart
        ? nil : "the guest shut itself down and stays down (onGuestShutdown: stay); `vmctl start` starts it"
    case .destroyed, .saved, .snapshot, .migrated:
      return "somebody stopped the domain; `vmctl start` starts it"
    case .crashed, .failed, .daemon, .unknown, .none: return nil
    }
  }
}
