import Control
import DomainXML
import Intent
import Planning
import Store
import Vocabulary

/// Says of each value of each managed device, and of each setting that the document states, who chose it and when.
struct ProvenanceFinder {
  typealias Value = ProvenanceDocument.Value
  typealias Author = ProvenanceDocument.Author

  /// How a side was when the newest operation that touched a device on it had ended.
  typealias Baseline = (GivenSteps.Step, Side) -> DomainDefinition?

  private let comparison: Comparison
  private let baseline: Baseline

  init(_ comparison: Comparison, baseline: @escaping Baseline) {
    self.comparison = comparison
    self.baseline = baseline
  }

  var document: ProvenanceDocument {
    var document = ProvenanceDocument(
      domain: .init(name: comparison.name, uuid: comparison.uuid), generation: comparison.generation?.number)
    document.values = comparison.pairs.filter { $0.id != nil }.flatMap(values) + settings
    return document
  }

  // MARK: Devices

  private func values(_ pair: DevicePair) -> [Value] {
    let wanted = comparison.wanted(pair.id)
    let differing = Dictionary(
      DifferenceFinder.fields(pair, wanted).map { ($0.name, $0.field) }, uniquingKeysWith: { first, _ in first })
    let sides = Side.allCases.filter { pair[$0] != nil }
    let names = sides.map { side in Set(pair[side].map { ProvenanceFinder.fields($0).map(\.name) } ?? []) }
    var found: [Value] = []
    var seen: Set<String> = []
    for side in sides {
      guard let device = pair[side], let binding = pair.binding else { continue }
      let chosen = DeviceProvenance(
        comparison: comparison, pair: pair, binding: binding, device: device, side: side, wanted: wanted,
        baseline: baseline)
      for (name, path, value) in ProvenanceFinder.fields(device) {
        let difference = differing[name]
        // What both sides have alike is said once.
        let isShared =
          sides.count > 1 && names.allSatisfy { $0.contains(name) }
          && difference.map { $0.live == $0.persistent } ?? true
        if isShared, !seen.insert(name).inserted { continue }
        found.append(
          chosen.value(name, path, value, shownOn: isShared || sides.count == 1 ? nil : side, difference: difference))
      }
    }
    return found
  }

  /// Every field of a device: its slot as one.
  static func fields(_ device: Device) -> [(name: String, path: FieldPath, value: String)] {
    let all = Differ.fields(of: device.element, kind: device.kind).compactMap { field in
      field.live.map { (name: field.name, path: field.path, value: $0) }
    }
    guard let slot = device.slot else { return all }
    return all.filter { !$0.path.isWithin("address") } + [("address", "address", slot.description)]
  }

  // MARK: Settings

  private var settings: [Value] {
    let differing = DomainSettings(comparison)
    return differing.stated.flatMap { setting -> [Value] in
      let sides = comparison.sides
      let isShared = sides.count > 1 && setting.found.live == setting.found.persistent
      return sides.prefix(isShared ? 1 : 2).compactMap { side in
        guard let found = setting.found[side] else { return nil }
        let steps = comparison.steps.values(of: setting.wanted, on: side)
        let isWanted = found == setting.wanted.value
        let isEarlier = !isWanted && steps.first?.value == found
        let author = differing.author(setting)
        var value = Value(
          device: nil, kind: DeviceKind.domain.name, path: setting.wanted.path,
          side: isShared || sides.count == 1 ? nil : side, value: found,
          by: isWanted || isEarlier ? .document : author.by.chooser,
          why: isWanted ? nil : author.why ?? "the document says \(setting.wanted.value)")
        guard isWanted || isEarlier else { return value }
        let step = steps.first { $0.value == found }
        value.generation = (step?.generation ?? comparison.generation)?.number
        value.stamp(step?.row)
        return value
      }
    }
  }
}

extension ProvenanceDocument.Value {
  /// When, and by which step.
  mutating func stamp(_ row: StepRow?) {
    operation = row?.operation.number
    step = row?.order
    at = row?.settledAt?.milliseconds
  }
}

extension DifferenceDocument.Author {
  /// Who chose a value that is not what the document says. What waits for a step of vmctl's was there before: libvirt's
  /// own.
  var chooser: ProvenanceDocument.Author {
    switch self {
    case .libvirt, .vmctl: .libvirt
    case .guest: .guest
    case .snapshot: .snapshot
    case .blockJob: .blockJob
    case .foreign: .foreign
    }
  }
}
