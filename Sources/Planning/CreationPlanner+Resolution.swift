import DomainXML
import Intent
import Vocabulary

/// R10: what floats is resolved, for otherwise libvirt chooses it again at every cold boot (T34).
extension CreationPlanner {
  mutating func skeleton(_ stated: CreationIntent.Stated) -> DomainDocument? {
    guard let machine = resolveMachine(stated.machine) else { return nil }
    guard let family = MachineFamily(machine) else {
      refuse(
        "machine-unsupported", path: "spec.creation.machine", wanted: stated.machine,
        reason: "vmctl lays out pc and q35 machines by itself, no others", wouldTake: "spec.creation.xml")
      return nil
    }
    let firmware = resolveFirmware(stated.firmware, machine: machine)
    let cpu = stated.cpu.flatMap { resolveCPU($0.model, followHost: $0.followHost) }
    for (path, place) in [(stated.kernel, "kernel"), (stated.initrd, "initrd")] {
      guard let path, let fact = input.host.files[path] else { continue }
      plan.refused += Preflight.file(path, fact, target: .domain, at: "spec.creation.\(place)")
    }
    checkLimits(stated, machine: machine)
    let composer = DefinitionComposer(
      input: input, stated: stated, machine: machine, family: family, firmware: firmware, cpu: cpu)
    if let refusal = composer.refusal { plan.refused.append(refusal) }
    guard plan.refused.isEmpty else { return nil }
    guard let document = try? DomainDocument(composer.skeleton()) else {
      refuse("internal", reason: "the definition that vmctl wrote is no XML")
      return nil
    }
    return document
  }

  private mutating func checkLimits(_ stated: CreationIntent.Stated, machine: String) {
    if let limit = input.host.machines.first(where: { $0.name == machine })?.maximumCPUs, stated.vcpus > limit {
      refuse(
        "too-many-vcpus", path: "spec.creation.vcpus", wanted: String(stated.vcpus), found: String(limit),
        reason: "\(machine) has at most \(limit) virtual CPUs")
    }
    if let vcpus = input.wanted.vcpus, vcpus > stated.vcpus {
      refuse(
        "too-many-vcpus", path: "spec.vcpus", wanted: String(vcpus), found: String(stated.vcpus),
        reason: "spec.vcpus is more than the maximum in spec.creation.vcpus")
    }
    if let memory = input.wanted.memory, memory > stated.memory {
      refuse(
        "too-much-memory", path: "spec.memory", wanted: "\(memory) KiB", found: "\(stated.memory) KiB",
        reason: "spec.memory is more than the boot memory in spec.creation.memory")
    }
  }

  mutating func resolveMachine(_ name: String) -> String? {
    // Without host facts (an offline plan) the name stands as it is, and the plan says so.
    guard !input.host.machines.isEmpty else {
      plan.notes.append("machine '\(name)' is not resolved: nothing is known of the host")
      return name
    }
    guard let machine = input.host.resolve(machine: name) else {
      let known = input.host.machines.filter { $0.canonical != nil }.map(\.name)
      refuse(
        "machine-unknown", path: "spec.creation.machine", wanted: name,
        reason: "the host has no machine type '\(name)'",
        wouldTake: nearest(to: name, among: input.host.machines.map(\.name)).map { "did you mean '\($0)'?" }
          ?? "one of \(known.joined(separator: ", ")) or a versioned name")
      return nil
    }
    if machine.deprecated { plan.notes.append("machine type \(machine.name) is deprecated on this host") }
    return machine.name
  }

  mutating func resolveFirmware(
    _ firmware: CreationIntent.Firmware, machine: String
  ) -> DefinitionComposer.Firmware {
    guard case .efi(let followHost) = firmware else { return .bios }
    if followHost {
      plan.notes.append("the firmware follows the host: libvirt chooses it again at every cold boot")
      return .floating
    }
    guard let image = input.host.firmware.first(where: { $0.serves(machine: machine) && !$0.secureBoot }) else {
      refuse(
        "firmware-missing", path: "spec.creation.firmware", wanted: "efi",
        reason: "the host has no EFI firmware for \(machine)", wouldTake: "install the package ovmf")
      return .bios
    }
    return .image(image)
  }

  mutating func resolveCPU(_ model: String, followHost: Bool) -> DefinitionComposer.CPU? {
    switch model {
    case "host-passthrough", "maximum":
      plan.notes.append("cpu \(model) is whatever the host has: the guest's CPU changes with the host")
      return .mode(model)
    case "host-model" where followHost:
      plan.notes.append("the CPU follows the host: libvirt chooses it again at every cold boot")
      return .mode(model)
    case "host-model":
      guard let model = input.host.hostModel else {
        refuse(
          "cpu-unknown", path: "spec.creation.cpu.model", wanted: "host-model",
          reason: "what host-model stands for on the host is not known", wouldTake: "name a model")
        return nil
      }
      return .custom(model)
    default: return .custom(HostModel(model: model, vendor: nil, features: []))
    }
  }
}
