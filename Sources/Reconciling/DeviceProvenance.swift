import Control
import DomainXML
import Intent
import Planning
import Store
import Vocabulary

/// Who chose the values of one managed device on one side.
struct DeviceProvenance {
  typealias Value = ProvenanceDocument.Value
  private typealias Answer = (by: ProvenanceDocument.Author, why: String?, step: GivenSteps.Step?)

  let comparison: Comparison
  let pair: DevicePair
  let binding: ManagedState.Binding
  let device: Device
  let side: Side
  let wanted: WantedDevice?
  let baseline: ProvenanceFinder.Baseline

  private var steps: [GivenSteps.Step] { comparison.steps.steps(of: binding, on: side) }

  func value(
    _ name: String, _ path: FieldPath, _ value: String, shownOn: Side?, difference: Attribution.Field?
  ) -> Value {
    let answer = answer(name, path, value, difference)
    var row = Value(
      device: binding.id.text, kind: device.kind.name, path: name, side: shownOn, value: value, by: answer.by,
      why: answer.why)
    if answer.by == .document { row.generation = (answer.step?.generation ?? comparison.generation)?.number }
    row.stamp(answer.step?.row)
    return row
  }

  private func answer(
    _ name: String, _ path: FieldPath, _ value: String, _ difference: Attribution.Field?
  ) -> Answer {
    let given = given(name, value)
    if path == "alias/@name" {
      return device.id == nil
        ? (.libvirt, "chosen for this run", nil) : (.vmctl, "the id's alias: the device is found again by it", given)
    }
    if let stated = stated(name), isAlike(stated, value, path) { return (.document, nil, given) }
    if path == "address" { return slot(given) }
    if stated(name) != nil || difference.map({ !$0.isLibvirts }) ?? false, let difference {
      return differing(difference, given)
    }
    if device.kind.setByGuest.contains(path) { return (.guest, nil, nil) }
    if let chosen = chosen(path) { return choice(chosen, value, given) }
    if device.kind.isOfJob(path), let job = device.kind.history?.job, let name = device.element.value(at: job) {
      return (.blockJob, "\(name) works on it (R7)", nil)
    }
    if device.kind.isLayer(path), device.kind.stands(device.element, on: wanted?.element ?? device.element) {
      return (.snapshot, "what the document names is below it in the backing chain (R7)", nil)
    }
    let definition = pair.persistent?.element
    let defined = definition?.value(at: path)
    if side == .live,
      difference?.isLibvirts ?? device.kind.isRunTime(path, of: device.element, defined: defined, in: definition)
    {
      return (.libvirt, "for this run", nil)
    }
    return unstated(name, path, value)
  }

  // MARK: What the document says

  /// What the document says of a field; `nil` where it has no opinion.
  private func stated(_ name: String) -> String? {
    switch name {
    case "boot/@order": return wanted?.bootOrder.map(String.init)
    case "address": return wanted?.address?.description
    default:
      guard let wanted, let element = wanted.element else { return nil }
      return Differ.fields(of: element, kind: wanted.kind).first { $0.name == name }?.live
    }
  }

  private func isAlike(_ stated: String, _ value: String, _ path: FieldPath) -> Bool {
    Differ.isSpelledAlike(stated, value, path, device.kind) || Differ.isResolution(of: stated, value, path, device.kind)
  }

  /// A value that is not what the document says, or that the other side has otherwise.
  private func differing(_ field: Attribution.Field, _ given: GivenSteps.Step?) -> Answer {
    let author = comparison.attribution(pair).author(of: field)
    // What we gave it last and nothing has changed since: an earlier document's.
    if [.vmctl, .foreign].contains(author.by), let given, let newest = steps.first,
      given.row.operation == newest.row.operation, given.row.order == newest.row.order
    {
      return (.document, author.why ?? "an earlier document", given)
    }
    let says = author.by == .foreign ? field.wanted.map { "the document says \($0)" } : nil
    return (author.by.chooser, author.by == .libvirt ? "for this run" : author.why ?? says, nil)
  }

  // MARK: What vmctl chooses

  private func slot(_ given: GivenSteps.Step?) -> Answer {
    if let given { return (.vmctl, "chosen once, the same on both sides, and kept for life (I2)", given) }
    if let newest = steps.first { return (.foreign, "vmctl gave it \(newest.device.slot?.description ?? "none")", nil) }
    return (.foreign, "it was there before vmctl", nil)
  }

  private func chosen(_ path: FieldPath) -> ChosenField? {
    device.kind.chosen.first { $0.path == path && ($0.when?.holds(for: device.element, libvirt: nil) ?? true) }
  }

  private func choice(_ chosen: ChosenField, _ value: String, _ given: GivenSteps.Step?) -> Answer {
    let composer = DeviceComposer(domain: comparison.uuid, libvirt: nil)
    let policy = composer.value(chosen.value, DeviceID(alias: binding.deviceAlias) ?? binding.id)
    if given != nil || isAlike(policy, value, chosen.path) { return (.vmctl, chosen.why, given) }
    guard let newest = steps.first else { return (.foreign, "it was there before vmctl", nil) }
    return (.foreign, "vmctl gave it \(newest.value(at: chosen.path) ?? policy)", nil)
  }

  // MARK: What nobody stated

  private func unstated(_ name: String, _ path: FieldPath, _ value: String) -> Answer {
    guard let newest = steps.first else { return (.foreign, "it was there before vmctl", nil) }
    if let then = baseline(newest, side).flatMap({ Planner.device(of: binding, in: $0) }) {
      let before = ProvenanceFinder.fields(then).first { $0.name == name }?.value
      guard let before else { return (.foreign, "not there after operation \(newest.row.operation)", nil) }
      if !isAlike(before, value, path) {
        return (.foreign, "\(before) after operation \(newest.row.operation)", nil)
      }
    }
    return (.libvirt, nil, nil)
  }

  /// The newest step of ours that brought this value.
  private func given(_ name: String, _ value: String) -> GivenSteps.Step? {
    let path = FieldPath(name)
    return steps.first { step in
      ProvenanceFinder.fields(step.device).contains { $0.name == name && isAlike($0.value, value, path) }
    }
  }
}
