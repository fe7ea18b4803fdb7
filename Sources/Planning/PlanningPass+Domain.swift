import DomainXML
import Intent
import Vocabulary

extension PlanningPass {
  // MARK: Creation

  /// R10: `creation` is read once. Later it is compared with what the domain has, never applied.
  mutating func compareCreation() {
    guard let creation = input.wanted.creation, creation.digest != input.managed.creationDigest,
      input.managed.creationDigest != nil, let definition = input.persistent ?? input.live
    else { return }
    let before = plan.refused.count
    if case .stated(let stated) = creation.content {
      let machine = input.host.resolve(machine: stated.machine)?.name ?? stated.machine
      if !CreationPlanner.sameFamily(stated.machine, machine, definition.machine) {
        refuseCreation("machine", wanted: stated.machine, found: definition.machine)
      }
      let hasFirmware =
        definition.root.value(at: "os/loader") != nil || definition.root.value(at: "os/@firmware") != nil
      if (stated.firmware == .bios) == hasFirmware {
        refuseCreation(
          "firmware", wanted: stated.firmware == .bios ? "bios" : "efi", found: hasFirmware ? "efi" : "bios")
      }
      if let cpu = stated.cpu, !["host-model", "host-passthrough", "maximum"].contains(cpu.model),
        let found = definition.root.value(at: "cpu/model"), found != cpu.model
      {
        refuseCreation("cpu.model", wanted: cpu.model, found: found)
      }
    }
    if plan.refused.count == before {
      plan.notes.append("spec.creation changed; it is read once, when the domain is created")
    }
  }

  private mutating func refuseCreation(_ key: String, wanted: String, found: String) {
    plan.refused.append(
      Refusal(
        "creation-changed", target: .domain, path: "spec.creation.\(key)", wanted: wanted, found: found,
        reason: "the guest's hardware was chosen when the domain was created and does not change",
        wouldTake: "a new domain"))
  }

  // MARK: Settings

  /// Current memory and virtual CPUs: stated values that differ are said to differ, not passed over.
  mutating func settings() {
    guard let definition = input.leading else { return }
    if let memory = input.wanted.memory {
      let text = definition.root.value(at: "currentMemory") ?? definition.root.value(at: "memory")
      if let found = text.flatMap({ parseNumber($0) }), found != memory {
        refuseSetting("memory", wanted: "\(memory) KiB", found: "\(found) KiB")
      }
    }
    if let vcpus = input.wanted.vcpus {
      let element = definition.root.child("vcpu")
      let found = (element?["current"] ?? element?.trimmedText).flatMap { parseNumber($0) }
      if let found, found != vcpus { refuseSetting("vcpus", wanted: "\(vcpus)", found: "\(found)") }
    }
  }

  private mutating func refuseSetting(_ key: String, wanted: String, found: String) {
    plan.refused.append(
      Refusal(
        "setting", path: "spec.\(key)", wanted: wanted, found: found,
        reason: "this version of vmctl sets \(key) when it creates a domain and does not change it afterwards",
        wouldTake: "virsh \(key == "memory" ? "setmem" : "setvcpus")"))
  }

  // MARK: Metadata

  /// What our element should say, from what is bound and what is there: the next pass, after an unplug, adds the
  /// tombstone by the same rule.
  mutating func planMetadata() {
    let wanted = desiredState()
    for side in [Side.persistent, .live] {
      guard let definition = input.definition(side) else { continue }
      let current = ManagedState(in: definition)
      guard current != wanted else { continue }
      steps.metadata.append(
        Step(
          .setMetadata, .metadata, side: side, effect: .live, xml: wanted.xml,
          reason: current == nil ? "vmctl's element is absent" : "what vmctl keeps in the domain has changed"))
    }
  }

  func desiredState() -> ManagedState {
    var state = input.managed
    state.generation = input.generation
    state.isProtected = state.isProtected || input.wanted.isProtected
    guard input.wanted.devices != nil else { return state }
    var bindings: [ManagedState.Binding] = []
    for device in bound {
      let wanted = device.wanted
      var binding = ManagedState.Binding(id: wanted.id)
      if device.alias != wanted.id.alias { binding.alias = device.alias }
      let present = device.devices.persistent ?? device.devices.live
      if let present, present.alias.flatMap({ DeviceID(alias: $0) }) == nil {
        binding.alias = nil
        binding.key = "\(present.kind.name) \(present.naturalKey ?? "")"
      }
      if case .reference = wanted.content { binding.isReference = true }
      binding.content = unsettled.contains(wanted.id) ? device.known?.content : wanted.contentDigest
      binding.isProtected = isProtected(device)
      bindings.append(binding)
    }
    for binding in removed where !binding.isReference && isPresent(binding) { bindings.append(binding) }
    let names = Set(bindings.map(\.id))
    for binding in removed where !binding.isReference && !names.contains(binding.id) {
      guard let slot = input.heldSlots[binding.id] else { continue }
      state.tombstones.removeAll { $0.id == binding.id || $0.slot == slot }
      state.tombstones.append(ManagedState.Tombstone(id: binding.id, slot: slot))
    }
    state.tombstones.removeAll { names.contains($0.id) }
    state.tombstones = state.tombstones.suffix(ManagedState.tombstoneLimit)
    state.bindings = bindings
    return state
  }

  private func isPresent(_ binding: ManagedState.Binding) -> Bool {
    input.sides.contains { side in
      input.definition(side).flatMap { PlanningPass.find(binding, in: $0) } != nil
    }
  }

  // MARK: Power

  mutating func planPower() {
    switch input.wanted.power {
    case .unmanaged: return
    case .stopped:
      if input.state.isActive {
        steps.power.append(
          Step(.shutdown, .power, effect: .guest, reason: "the document wants the domain stopped"))
      }
    case .running:
      if input.state == .paused {
        plan.notes.append("the domain is paused; vmctl resumes only what it paused itself")
      }
      guard !input.state.isActive else { return }
      if let reason = stayDown() {
        plan.notes.append(reason)
        return
      }
      if input.hasManagedSave {
        plan.notes.append("starting restores the managed save; persistent changes follow at the next cold boot")
      }
      steps.power.append(Step(.start, .power, effect: .live, reason: "the document wants the domain running"))
    }
  }

  /// R13: why a domain that is to run is left down. `nil`: it is started.
  private func stayDown() -> String? {
    guard input.startedByUs, !input.stoppedByUs else { return nil }
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
