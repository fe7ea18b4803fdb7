import Control
import DomainXML
import Planning
import Vocabulary

/// Who is behind a difference of one managed or unmanaged device.
struct Attribution {
  typealias Author = DifferenceDocument.Author

  /// A field as document and sides have it.
  struct Field {
    let path: FieldPath
    let wanted: String?
    let live: String?
    let persistent: String?
    let notAsWanted: Set<Side>
    /// libvirt's own filling-in between the sides.
    let isLibvirts: Bool
  }

  let domain: String
  let pair: DevicePair
  let kind: DeviceKind
  /// What the document states of it.
  let wanted: Element?
  /// Whether the document is as it was when it was applied, as far as this device goes.
  let isApplied: Bool
  /// The guest has been asked to let go of it and has not.
  let isReleasing: Bool
  let steps: GivenSteps

  private var isRunning: Bool { pair.live != nil }

  /// The block job that works on it.
  private var job: String? { kind.history.flatMap { pair.live?.element.value(at: $0.job) } }

  func author(of field: Field) -> (by: Author, why: String?) {
    if kind.isOfJob(field.path) { return (.blockJob, job.map { "\($0) works on it (R7)" }) }
    if field.isLibvirts, field.notAsWanted.isEmpty { return (.libvirt, nil) }
    if kind.isSource(field.path) || kind.isLayer(field.path), let base = wanted ?? pair.persistent?.element,
      let present = pair.leading?.element, kind.stands(present, on: base)
    {
      return (.snapshot, "what the document names is below it in the backing chain (R7)")
    }
    if kind.isSource(field.path), let job { return (.blockJob, "\(job) works on it (R7)") }
    if kind.setByGuest.contains(field.path), field.wanted == nil || field.notAsWanted.contains(.live) {
      return (.guest, nil)
    }
    if isReleasing { return (.vmctl, "an unplug waits for the guest") }
    if !isApplied, !field.notAsWanted.isEmpty { return (.vmctl, "not applied yet: `vmctl plan \(domain)`") }
    return isNextBoot(field) ? (.vmctl, "next boot: `vmctl restart \(domain)`") : (.foreign, nil)
  }

  /// Whether the definition has what was asked for and the running guest never had it: what vmctl gave the running
  /// domain last says so, and where the journal does not know, whether a foreign hand could have changed it there.
  private func isNextBoot(_ field: Field) -> Bool {
    guard isRunning, pair.persistent != nil, let binding = pair.binding else { return false }
    func given(_ side: Side) -> GivenSteps.Step? { steps.steps(of: binding, on: side).first }
    func value(_ step: GivenSteps.Step) -> String? {
      field.path == "address" ? step.device.slot?.description : step.value(at: field.path)
    }
    func isAlike(_ one: String?, _ other: String?) -> Bool {
      guard let one, let other else { return one == other }
      return Differ.isSpelledAlike(one, other, field.path, kind)
    }
    if let wanted = field.wanted {
      guard field.notAsWanted == [.live] else { return false }
      if let given = given(.live) { return !isAlike(value(given), wanted) }
      return !kind.change(at: field.path).live.isInPlace
    }
    guard let now = given(.live), let later = given(.persistent) else { return false }
    return isAlike(value(later), field.persistent) && isAlike(value(now), field.live)
  }

  /// Who is behind a device that one side has and the other, or the document, has not.
  func author(ofPresence notAsWanted: Set<Side>, statesSide: Bool) -> (by: Author, why: String?) {
    if isReleasing { return (.vmctl, "an unplug waits for the guest") }
    guard let binding = pair.binding else { return (.foreign, nil) }
    if !isApplied { return (.vmctl, "not applied yet: `vmctl plan \(domain)`") }
    if notAsWanted.isEmpty, statesSide { return (.vmctl, "the document wants it on this side only") }
    // Attached to the definition since the domain was started, and never to the running domain.
    if pair.live == nil, pair.persistent != nil, steps.steps(of: binding, on: .live).isEmpty,
      !steps.steps(of: binding, on: .persistent).isEmpty
    {
      return (.vmctl, "next boot: `vmctl restart \(domain)`")
    }
    return (.foreign, nil)
  }
}
