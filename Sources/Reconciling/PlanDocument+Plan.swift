package import Control
import DomainXML
package import Planning
import Vocabulary

extension PlanDocument {
  /// The plan as it leaves the program.
  package init(_ plan: Plan) {
    self.init(
      domain: DomainName(name: plan.name, uuid: plan.uuid), generation: plan.generation.number)
    steps = plan.steps.enumerated().map { StepDocument($1, order: $0 + 1) }
    placements = plan.placements.map { placement in
      DeviceDocument(
        id: placement.device.text, kind: placement.kind, slot: placement.slot,
        guestPath: placement.guestPath?.description, guestAddress: placement.guestPath?.address,
        sides: Side.allCases.map(\.rawValue))
    }
    refused = plan.refused.map(RefusalDocument.init)
    drift = plan.drift.map(DriftDocument.init)
    nextBoot = plan.nextBoot.map { PendingDocument($0, domain: plan.name) }
    waiting = plan.waiting.map(WaitingDocument.init)
    notes = plan.notes
    capacity = plan.capacity.mapValues { Capacity(free: $0.free, needed: $0.needed) }
    unmanaged = plan.unmanaged.map { device in
      DeviceDocument(
        kind: device.kind, alias: device.alias, key: device.naturalKey, slot: device.slot,
        sides: device.sides.map(\.rawValue), status: "unmanaged")
    }
    summary = Summary(plan)
  }
}

extension PlanDocument.Summary {
  /// Counts devices, not calls: a device that is attached on both sides is one.
  fileprivate init(_ plan: Plan) {
    self.init()
    func devices(_ action: Step.Action) -> Set<String> {
      Set(plan.steps.filter { $0.action == action }.compactMap { $0.target.deviceName })
    }
    let detached = devices(.detach)
    let attached = devices(.attach)
    let updated = devices(.update).union(devices(.set))
    add = attached.subtracting(detached).count + (plan.refused.isEmpty ? plan.placements.count : 0)
    change = updated.union(attached.intersection(detached)).count
    remove = detached.subtracting(attached).count
    nextBoot = Set(plan.nextBoot.map(\.target)).count
    refused = plan.refused.count
    unchanged = plan.unchanged
  }
}

extension StepDocument {
  package init(_ step: Step, order: Int) {
    self.init(
      order: order, target: TargetDocument(step.target), kind: step.kind, action: step.action.rawValue,
      side: step.side?.rawValue, effect: step.effect.rawValue, slot: step.slot,
      guestPath: step.guestPath?.description, call: step.call, xml: step.xml?.shown, reason: step.reason,
      changes: step.changes.isEmpty
        ? nil : step.changes.map { Change(path: $0.path.text, from: $0.found, to: $0.wanted) },
      waitsFor: step.waitsFor?.text)
  }
}

extension TargetDocument {
  package init(_ target: Step.Target) {
    switch target {
    case .device(let id): self.init(device: id.text)
    case .controller(let name): self.init(controller: name)
    case .setting(let name): self.init(setting: name)
    case .unlisted(let name): self.init(unlisted: name)
    case .power: self.init(power: true)
    case .domain: self.init(domain: true)
    case .metadata: self.init(metadata: true)
    }
  }
}

extension Step.Target {
  fileprivate var deviceName: String? {
    switch self {
    case .device(let id): id.text
    case .setting(let name): "spec." + name
    case .unlisted(let name): "unlisted " + name
    default: nil
    }
  }
}

extension RefusalDocument {
  init(_ refusal: Refusal) {
    self.init(
      target: refusal.target.map { TargetDocument($0) }, code: refusal.code.rawValue, path: refusal.path,
      wanted: refusal.wanted, is: refusal.found, reason: refusal.reason, wouldTake: refusal.wouldTake)
  }
}

extension DriftDocument {
  init(_ drift: Drift) {
    self.init(
      device: drift.device?.text, path: drift.path, side: drift.side.rawValue, was: drift.was, is: drift.found,
      by: drift.by)
  }
}

extension PendingDocument {
  init(_ change: PendingChange, domain: String) {
    self.init(
      device: TargetDocument(change.target).device, setting: TargetDocument(change.target).setting, path: change.path,
      now: change.now, atNextBoot: change.atNextBoot,
      reason: change.reason, appliedBy: "vmctl restart \(domain)")
  }
}

extension WaitingDocument {
  init(_ waiting: Waiting) {
    let target = TargetDocument(waiting.target)
    self.init(
      device: target.device ?? target.unlisted, setting: target.setting, slot: waiting.slot, since: waiting.since,
      isOverdue: waiting.isOverdue,
      endedBy: WaitingDocument.end(of: waiting.target),
      isWantedAgain: waiting.wantedAgain)
  }
}

extension WaitingDocument {
  /// What would end the wait.
  static func end(of target: Step.Target) -> String {
    if case .setting = target { return "the guest doing it, or the domain's next start" }
    return "the guest letting go of it, a reset of the guest, or the domain stopping"
  }
}

extension PlanDocument {
  /// A domain among several for which no plan can be made: it stands in the list as refused, with the way out.
  init(of name: String, impossible problem: Problem) {
    self.init(domain: DomainName(name: problem.domain ?? name, uuid: nil), generation: 0)
    refused = [
      RefusalDocument(
        target: nil, code: problem.code.rawValue, path: problem.path, wanted: problem.wanted, is: problem.found,
        reason: problem.message, wouldTake: problem.remedy)
    ]
    summary.refused = 1
  }
}
