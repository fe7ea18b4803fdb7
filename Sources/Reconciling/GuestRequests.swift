import DomainXML
import Intent
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

  subscript(step: Step) -> UnplugRow? { rows[StepTarget(step.target)] }

  /// How long the guest may take for a step, from the first request.
  func deadline(_ step: Step) -> Duration? { policy(step)?.deadline }

  private func policy(_ step: Step) -> WantedDevice.Unplug? {
    switch step.target {
    case .device(let id): policies[id] ?? WantedDevice.Unplug()
    case .setting, .unlisted: WantedDevice.Unplug()
    default: nil
    }
  }

  /// The alias of the device that a step asks the guest to let go of.
  static func alias(_ step: Step) -> String? {
    guard step.action == .detach, step.side == .live, let xml = step.xml else { return nil }
    return (try? DomainDocument(xml)).flatMap { Device($0.root).alias }
  }

  /// The row of a request that is about to be made, to be kept before it is: whoever finds it after a crash knows that
  /// the guest may have been asked. A request that was made before goes on as it was, asked for less and less often:
  /// 30 s, doubling to 10 min (design section 8). `nil` where nothing is kept: a shutdown is asked for anew each time.
  mutating func begin(_ step: Step, in run: Int?, at now: Timestamp) -> UnplugRow? {
    guard let run, step.effect == .guest, let policy = policy(step) else { return nil }
    let alias = GuestRequests.alias(step)
    switch (step.target, step.action) {
    case (.device, .detach), (.unlisted, .detach): if alias == nil { return nil }
    case (.setting, _): break
    default: return nil
    }
    let target = StepTarget(step.target)
    // One without an attempt was for an earlier document.
    var row =
      rows[target].flatMap { $0.attempts > 0 ? $0 : nil }
      ?? UnplugRow(
        target: target, run: run, state: .requested, alias: alias ?? "", slot: step.slot, since: now,
        deadline: Timestamp(milliseconds: now.milliseconds + policy.deadline.milliseconds),
        otherwise: policy.otherwise == .nextBoot ? .nextBoot : .keep)
    row.state = .requested
    row.attempts += 1
    row.lastRequestAt = now
    let pause = min(600_000, Int64(30_000) << min(row.attempts - 1, 5))
    row.nextRequestAt = Timestamp(milliseconds: now.milliseconds + pause)
    rows[target] = row
    return row
  }

  /// The guest has the request, and did not do it yet or said no.
  mutating func answer(_ step: Step, _ state: UnplugRow.State, said: String?) -> UnplugRow? {
    let target = StepTarget(step.target)
    rows[target]?.state = state
    rows[target]?.said = said
    return rows[target]
  }

  /// Whether the guest has the request nobody knows: it is made again as soon as anybody plans.
  mutating func isDueAgain(_ step: Step, at now: Timestamp) -> UnplugRow? {
    let target = StepTarget(step.target)
    rows[target]?.state = .waiting
    rows[target]?.nextRequestAt = now
    return rows[target]
  }

  /// The request is over, or never came to the guest.
  mutating func end(_ step: Step) { rows[StepTarget(step.target)] = nil }
}
