import DomainXML

extension HostCheck {
  func processor(_ guest: CheckedGuest, _ offer: MachineOffer?) -> [HostFinding] {
    guard let cpu = guest.definition.cpu else { return [] }
    let mode = cpu["mode"] ?? "custom"
    // Topology alone, with the machine's own CPU.
    if mode == "custom", cpu.child("model") == nil { return [] }
    if let modes = offer?.cpu.modes, !modes.contains(mode) {
      return [
        HostFinding(
          .willNotStart, "cpu/@mode", wanted: mode, offered: modes.sorted().joined(separator: ", "),
          why: "the host offers no such CPU")
      ]
    }
    return mode == "custom" ? custom(guest, cpu, offer) : floating(guest, cpu, mode, offer)
  }

  // MARK: A named model

  private func custom(_ guest: CheckedGuest, _ cpu: Element, _ offer: MachineOffer?) -> [HostFinding] {
    let name = cpu.child("model")?.trimmedText ?? ""
    let models = offer.map(\.cpu.models) ?? target.models[guest.platform] ?? [:]
    guard !models.isEmpty else {
      return [
        HostFinding(
          .unknown, "cpu/model", wanted: name, why: "the description of the host lists no CPU models",
          remedy: "describe it by `vmctl abi capture`")
      ]
    }
    guard let model = models[name] else {
      return [
        HostFinding(
          .willNotStart, "cpu/model", wanted: name, why: "the host knows no such CPU model",
          remedy: "choose a host whose `virsh domcapabilities` lists it")
      ]
    }
    var findings: [HostFinding] = []
    if model.isDeprecated {
      findings.append(
        HostFinding(
          .deprecated, "cpu/model", wanted: name, why: "QEMU will remove this CPU model",
          remedy: "plan a new domain with another model"))
    }
    let policies = Dictionary(
      cpu.children(named: "feature").compactMap { feature in
        feature["name"].map { ($0, feature["policy"] ?? "require") }
      }, uniquingKeysWith: { $1 })
    // libvirt refuses to start a guest whose CPU the host cannot give, save where it was told not to look: QEMU then
    // leaves out what is missing without a word.
    let isUnchecked = cpu["check"] == "none" && guest.form == .boot
    guard let missing = missing(model, policies, offer?.cpu) else {
      findings.append(
        HostFinding(
          .unknown, "cpu/model", wanted: name,
          why: model.usable == .no
            ? "the host cannot give this CPU in full, and its description does not say what it lacks"
            : "the description of the host does not say whether it can give this CPU",
          remedy: "describe it by `vmctl abi capture`"))
      return findings
    }
    if isUnchecked {
      findings += leftOut(missing, name, policies, guest)
    } else if !missing.isEmpty {
      findings.append(
        HostFinding(
          .willNotStart, "cpu/model", wanted: name, offered: "no \(missing.joined(separator: ", "))",
          why: "the host lacks features of this CPU",
          remedy: "a host with these features, or a new domain of a smaller model"))
    }
    findings += chosenByHost(guest, policies, offer?.cpu)
    return findings
  }

  /// What the guest went without on the host that it is from, and what it will go without here.
  private func leftOut(
    _ missing: [String], _ name: String, _ policies: [String: String], _ guest: CheckedGuest
  ) -> [HostFinding] {
    let origin = source?.machineOffer(guest.machine, on: guest.platform)?.cpu
    let before = origin.flatMap { origin in origin.models[name].flatMap { self.missing($0, policies, origin) } }
    guard let before else {
      guard !missing.isEmpty else { return [] }
      return [
        HostFinding(
          .differs, "cpu/model", wanted: name, offered: "no \(missing.joined(separator: ", "))",
          why: "the host lacks features of this CPU, and with check='none' the guest starts without them",
          remedy: "a host with these features, or a new domain of a smaller model")
      ]
    }
    let lost = Set(missing).subtracting(before).sorted().map { "-" + $0 }
    let gained = Set(before).subtracting(missing).sorted().map { "+" + $0 }
    guard !lost.isEmpty || !gained.isEmpty else { return [] }
    return [
      HostFinding(
        .differs, "cpu/model", wanted: name, offered: (lost + gained).joined(separator: ", "),
        why: "with check='none' the guest gets of its CPU what the host has, and this host has other features",
        remedy: "disable in the definition what one of the hosts does not have")
    ]
  }

  /// What the document leaves to the host, or forbids it to have.
  private func chosenByHost(
    _ guest: CheckedGuest, _ policies: [String: String], _ offer: CPUOffer?
  ) -> [HostFinding] {
    let before = source?.machineOffer(guest.machine, on: guest.platform)?.cpu.features
    var findings: [HostFinding] = []
    for (feature, policy) in policies.sorted(by: { $0.key < $1.key }) {
      let path = "cpu/feature[name=\(feature)]"
      let isThere = offer?.features?.contains(feature)
      if policy == "forbid", isThere == true {
        findings.append(
          HostFinding(
            .willNotStart, path, wanted: "forbid", offered: feature,
            why: "the host's CPU has a feature that the guest must not find"))
      }
      if policy == "optional", let isThere, let was = before?.contains(feature), was != isThere {
        findings.append(
          HostFinding(
            .differs, path, wanted: was ? feature : "no \(feature)", offered: isThere ? feature : "no \(feature)",
            why: "the guest gets the feature where the host has it"))
      }
    }
    return findings
  }

  /// Features that the guest asks for and the host does not have; `nil` where that cannot be told.
  private func missing(
    _ model: CPUOffer.Model, _ policies: [String: String], _ offer: CPUOffer?
  ) -> [String]? {
    // What the document says of a feature goes before what the model says.
    var missing = (model.blockers ?? []).filter { policies[$0] == nil }
    let lacking = offer?.lacking ?? []
    for (feature, policy) in policies where policy == "require" {
      if let features = offer?.features {
        if !features.contains(feature) { missing.insert(feature) }
      } else if lacking.contains(feature) {
        missing.insert(feature)
      }
    }
    if missing.isEmpty, model.usable == .unknown || model.usable == .no && model.blockers == nil { return nil }
    return missing.sorted()
  }

  // MARK: Whatever the host has

  private func floating(
    _ guest: CheckedGuest, _ cpu: Element, _ mode: String, _ offer: MachineOffer?
  ) -> [HostFinding] {
    let path = "cpu/@mode"
    let before = source?.machineOffer(guest.machine, on: guest.platform)?.cpu
    guard let now = offer?.cpu, let then = before, now.hostModel != nil, then.hostModel != nil else {
      return [
        HostFinding(
          .unknown, path, wanted: mode,
          why:
            "the CPU is whatever the host has, and \(before?.hostModel == nil ? "of the host that it comes from" : "of this host") "
            + "nothing is known",
          remedy: "name both hosts: --from and --host")
      ]
    }
    let differences = HostCheck.differences(then, now)
    guard !differences.isEmpty else {
      return mode == "host-model"
        ? []
        : [
          HostFinding(
            .note, path, wanted: mode,
            why: "the CPU is whatever the host has: as far as libvirt can tell both hosts have the same")
        ]
    }
    return [
      HostFinding(
        guest.form == .memory ? .willNotStart : .differs, path, wanted: then.hostModel?.model ?? mode,
        offered: differences.joined(separator: ", "),
        why: "the CPU is whatever the host has, and this host has another",
        remedy: "a domain that is to stay as it is names its CPU model")
    ]
  }

  /// What one host's CPU has that the other's has not.
  package static func differences(_ then: CPUOffer, _ now: CPUOffer) -> [String] {
    let models = then.hostModel?.model == now.hostModel?.model ? [] : [now.hostModel?.model ?? "?"]
    if let old = then.features, let new = now.features {
      return models + (new.subtracting(old).map { "+" + $0 } + old.subtracting(new).map { "-" + $0 }).sorted()
    }
    func features(_ offer: CPUOffer) -> [String: String] {
      Dictionary((offer.hostModel?.features ?? []).map { ($0.name, $0.policy) }, uniquingKeysWith: { $1 })
    }
    let (old, new) = (features(then), features(now))
    return models
      + Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }.map { name in
        new[name] == "require" || old[name] == "disable" ? "+" + name : "-" + name
      }
  }
}
