import DomainXML
import Intent
import Libvirt
import Planning
import Store
import Vocabulary

/// What the guest was asked for and has not done: when it was asked, how often, and when it is asked again.
struct GuestRequests {
  private let policies: [DeviceID: WantedDevice.Unplug]
  private var rows: [StepTarget: UnplugRow] = [:]

  init(_ policies: [DeviceID: WantedDevice.Unplug]) { self.policies = policies }

  /// Takes in what the store knows.
  mutating func read(_ rows: [UnplugRow]) {
    self.rows = Dictionary(rows.map { ($0.target, $0) }, uniquingKeysWith: { $1 })
  }

  mutating func end(_ step: Step) { rows[StepTarget(step.target)] = nil }

  /// How long the guest may take for a step.
  func deadline(_ step: Step) -> Duration? {
    switch step.target {
    case .device(let id): (policies[id] ?? WantedDevice.Unplug()).deadline
    case .setting, .unlisted: WantedDevice.Unplug().deadline
    default: nil
    }
  }

  /// Whether the guest has the request although libvirt says that it failed: the unplug of a virtual CPU runs into its
  /// time limit and may still come about, and every further request is refused while it may (T12).
  func isAsked(_ step: Step, despite failure: LibvirtError) -> Bool {
    guard case .vcpus = step.setting else { return false }
    return failure.code == .operationTimeout
      || failure.code == .internalError && rows[StepTarget(step.target)] != nil
  }

  /// The alias of the device that a step asks the guest to let go of.
  static func alias(_ step: Step) -> String? {
    guard step.action == .detach, step.side == .live, let xml = step.xml else { return nil }
    return (try? DomainDocument(xml)).flatMap { Device($0.root).alias }
  }

  /// What is kept of a request; one that was made before goes on as it was, asked for less and less often: 30 s,
  /// doubling to 10 min (design section 8). `nil` where nothing is kept: a shutdown is asked for anew each time.
  mutating func note(_ step: Step, at now: Timestamp, said: String?) -> UnplugRow? {
    var policy = WantedDevice.Unplug()
    var alias = ""
    switch (step.target, step.action) {
    case (.device, .detach), (.unlisted, .detach):
      guard let own = GuestRequests.alias(step) else { return nil }
      alias = own
      if case .device(let id) = step.target { policy = policies[id] ?? policy }
    case (.setting, _): break
    default: return nil
    }
    let target = StepTarget(step.target)
    var row =
      rows[target]
      ?? UnplugRow(
        target: target, state: .waiting, alias: alias, slot: step.slot, since: now,
        deadline: Timestamp(milliseconds: now.milliseconds + policy.deadline.milliseconds),
        otherwise: policy.otherwise == .nextBoot ? .nextBoot : .keep)
    row.state = .waiting
    row.attempts += 1
    row.lastRequestAt = now
    row.said = said
    let pause = min(600_000, Int64(30_000) << min(row.attempts - 1, 5))
    row.nextRequestAt = Timestamp(milliseconds: now.milliseconds + pause)
    rows[target] = row
    return row
  }
}
