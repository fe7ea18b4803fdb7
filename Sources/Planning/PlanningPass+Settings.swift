import DomainXML
import Intent
import Vocabulary

extension PlanningPass {
  /// A stated setting that a side does not have so.
  private struct Difference {
    let wanted: WantedSetting
    let found: String?

    var field: FieldDifference {
      FieldDifference(path: FieldPath(wanted.path), wanted: wanted.value, found: found)
    }
  }

  /// Settings that differ: a step for each call and side, the definition first.
  mutating func planSettings() {
    let refusals = plan.refused.count
    for wanted in input.wanted.settings { checkLimit(wanted) }
    guard plan.refused.count == refusals else { return }
    for side in [Side.persistent, .live] {
      guard let definition = input.definition(side), side == .persistent || changesLive else { continue }
      var differences: [Difference] = []
      for wanted in input.wanted.settings {
        // While the guest's reboot is waited for, the running domain has another action on purpose.
        if side == .live, input.managed.isArmed, wanted.setting.act == .lifecycle(.reboot) { continue }
        guard let difference = difference(wanted, definition, side) else { continue }
        if isReportedOnly(wanted) { reportDrift(difference, side) } else { differences.append(difference) }
      }
      differences = differences.filter { isSettable($0, definition, side) }
      for group in PlanningPass.groups(differences) { steps.settings += settingSteps(group, definition, side) }
    }
  }

  private func difference(_ wanted: WantedSetting, _ definition: DomainDefinition, _ side: Side) -> Difference? {
    let found: String?
    if case .outside = wanted.setting.place {
      guard side == .persistent else { return nil }
      found = input.host.autostart.map { String($0) }
    } else {
      found = wanted.setting.value(in: definition.root, key: wanted.key)
    }
    return found == wanted.value ? nil : Difference(wanted: wanted, found: found)
  }

  /// What is more than the domain was made for is said before anything is done.
  private mutating func checkLimit(_ wanted: WantedSetting) {
    guard let limit = wanted.setting.limit, let definition = input.leading,
      let most = limit.value(in: definition.root, key: nil).flatMap({ parseNumber($0) }),
      let value = parseNumber(wanted.value), value > most
    else { return }
    refuse(
      Refusal(
        "setting", target: .setting(wanted.setting.name), path: wanted.path, wanted: wanted.value, found: String(most),
        reason: "the domain was made for \(most) at most, and what a domain is made for does not change",
        wouldTake: "a new domain"))
  }

  /// Whether anything of the stated settings is yet to be done or was refused.
  var hasUnsettledSettings: Bool {
    func isSetting(_ target: Step.Target?) -> Bool {
      if case .setting = target { return true }
      return false
    }
    return !steps.settings.isEmpty || plan.waiting.contains { isSetting($0.target) }
      || plan.refused.contains { isSetting($0.target) }
  }

  // MARK: Foreign changes (R8)

  /// A document that was applied before and only wants a report.
  private func isReportedOnly(_ wanted: WantedSetting) -> Bool {
    input.wanted.drift == .report && !input.options.reassert && input.managed.settings == input.wanted.settingsDigest
  }

  private mutating func reportDrift(_ difference: Difference, _ side: Side) {
    plan.drift.append(
      Drift(
        device: nil, path: difference.wanted.path, side: side, was: difference.wanted.value, found: difference.found,
        by: "foreign"))
  }

  /// Whether the side can have it. What a running domain cannot get comes at the next boot.
  private mutating func isSettable(_ difference: Difference, _ definition: DomainDefinition, _ side: Side) -> Bool {
    let setting = difference.wanted.setting
    let target = Step.Target.setting(setting.name)
    let reason = setting.obstacle(
      to: difference.wanted.value, on: side, of: definition.root, libvirt: input.host.libvirt)
    if let reason {
      if side == .live, input.persistent != nil {
        plan.nextBoot.append(
          PendingChange(
            target: target, path: difference.wanted.path, now: difference.found,
            atNextBoot: difference.wanted.value, reason: reason))
      } else {
        refuse(
          Refusal(
            "setting", target: target, path: difference.wanted.path, wanted: difference.wanted.value,
            found: difference.found, reason: reason))
      }
      return false
    }
    guard side == .live, let pending = input.pendingRequests.first(where: { $0.target == target }) else {
      return true
    }
    plan.waiting.append(
      Waiting(
        target: target, slot: nil, since: pending.since, isOverdue: pending.isOverdue, wantedAgain: false))
    return false
  }

  // MARK: Steps

  /// Typed parameters of one call go together; everything else by itself.
  private static func groups(_ differences: [Difference]) -> [[Difference]] {
    var groups: [[Difference]] = []
    for difference in differences {
      let place = groups.firstIndex { group in
        guard case .parameter(let family, _, _) = difference.wanted.setting.act,
          case .parameter(family, _, _)? = group.first?.wanted.setting.act
        else { return false }
        return true
      }
      if let place { groups[place].append(difference) } else { groups.append([difference]) }
    }
    return groups
  }

  private func settingSteps(_ group: [Difference], _ definition: DomainDefinition, _ side: Side) -> [Step] {
    guard let first = group.first else { return [] }
    let setting = first.wanted.setting
    if setting.act == .iothreads { return iothreadSteps(first, definition, side) }
    let needsGuest = side == .live && group.contains(where: PlanningPass.needsGuest)
    var fragment = ElementDraft("domain")
    for difference in group {
      let wanted = difference.wanted
      wanted.setting.state(wanted.value, key: wanted.key, in: &fragment)
    }
    let call: SettingCall?
    if case .parameter(let family, _, _) = setting.act {
      call = .parameters(family, of: nil, group.compactMap { $0.wanted.parameter })
    } else {
      call = first.wanted.call(in: definition.root)
    }
    guard let call else { return [] }
    var isOutside = false
    if case .outside = setting.place { isOutside = true }
    let isLater = side == .persistent && group.contains { isPending($0.wanted) }
    return [
      Step(
        .set, .setting(group.count == 1 ? setting.name : String(setting.name.prefix { $0 != "." })), side: side,
        effect: needsGuest ? .guest : isLater ? .nextBoot : .live, xml: isOutside ? nil : fragment.xml, setting: call,
        reason: group.map { "\($0.wanted.path): \($0.found ?? "nothing") → \($0.wanted.value)" }
          .joined(separator: ", "),
        changes: group.map(\.field))
    ]
  }

  /// Whether the running domain does not get it now.
  private func isPending(_ wanted: WantedSetting) -> Bool {
    guard let live = input.live, difference(wanted, live, .live) != nil else { return false }
    return wanted.setting.obstacle(to: wanted.value, on: .live, of: live.root, libvirt: input.host.libvirt) != nil
  }

  private static func needsGuest(_ difference: Difference) -> Bool {
    switch difference.wanted.setting.guest {
    case .never: return false
    case .always: return true
    case .whenLowered:
      guard let value = parseNumber(difference.wanted.value), let found = difference.found.flatMap({ parseNumber($0) })
      else { return true }
      return value < found
    }
  }

  /// libvirt adds and removes them one by one, by number: the first that is free, the last that there is.
  private func iothreadSteps(_ difference: Difference, _ definition: DomainDefinition, _ side: Side) -> [Step] {
    guard let wanted = parseNumber(difference.wanted.value), let found = parseNumber(difference.found ?? "0") else {
      return []
    }
    let listed = definition.root.elements(at: "iothreadids/iothread").compactMap { $0.number("id") }
    var ids = Set(listed.isEmpty && found > 0 ? Array(1...found) : listed)
    var steps: [Step] = []
    while UInt64(ids.count) != wanted {
      let call: SettingCall
      if UInt64(ids.count) < wanted {
        let id = (1...UInt64(ids.count + 1)).first { !ids.contains($0) } ?? UInt64(ids.count + 1)
        ids.insert(id)
        call = .addIOThread(id)
      } else {
        let id = ids.max() ?? 0
        ids.remove(id)
        call = .removeIOThread(id)
      }
      var fragment = ElementDraft("domain")
      difference.wanted.setting.state(String(ids.count), key: nil, in: &fragment)
      steps.append(
        Step(
          .set, .setting(difference.wanted.setting.name), side: side, effect: .live, xml: fragment.xml, setting: call,
          reason: "\(difference.wanted.path): \(difference.found ?? "0") → \(difference.wanted.value)",
          changes: [difference.field]))
    }
    return steps
  }
}

extension WantedSetting {
  /// The typed parameter; a word that libvirt wants as a number is sent as its place among the words.
  fileprivate var parameter: TypedParameter? {
    guard case .parameter(_, let name, let kind) = setting.act else { return nil }
    if case .oneOf(let words) = setting.type, kind != .text {
      return words.firstIndex(of: value).map { TypedParameter(name, kind, String($0)) }
    }
    return TypedParameter(name, kind, value)
  }

  /// The call that sets it on a side of the domain.
  fileprivate func call(in domain: Element) -> SettingCall? {
    switch setting.act {
    case .vcpus: parseNumber(value).map { .vcpus($0) }
    case .memory: parseNumber(value).map { .memory($0 + domain.memoryOfBalloonedDevices) }
    case .statsPeriod: parseNumber(value).map { .statsPeriod($0) }
    case .words(let words): .words(words, value.isEmpty ? nil : value)
    case .metadata: key.map { .metadata(XMLText(value), prefix: "app", uri: $0) }
    case .pinVCPU: CPUSet(value).flatMap { set in key.flatMap { parseNumber($0) }.map { .pin(.vcpu($0), set) } }
    case .pinEmulator: CPUSet(value).map { .pin(.emulator, $0) }
    case .pinIOThread:
      CPUSet(value).flatMap { set in key.flatMap { parseNumber($0) }.map { .pin(.iothread($0), set) } }
    case .lifecycle(let event): .lifecycle(event, value)
    case .autostart: .autostart(value == "true")
    case .iothreads, .parameter: nil
    }
  }
}
