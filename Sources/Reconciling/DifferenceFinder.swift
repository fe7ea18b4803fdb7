import Control
import DomainXML
import Intent
import Planning
import Vocabulary

/// Finds where document, running domain and definition differ, one row a field, each with who is behind it.
struct DifferenceFinder {
  typealias Row = DifferenceDocument.Row

  private let comparison: Comparison

  init(_ comparison: Comparison) {
    self.comparison = comparison
  }

  var document: DifferenceDocument {
    var document = DifferenceDocument(
      domain: .init(name: comparison.name, uuid: comparison.uuid), generation: comparison.generation?.number,
      sides: comparison.sides)
    document.differences = comparison.pairs.flatMap(rows) + DomainSettings(comparison).rows
    return document
  }

  private func rows(_ pair: DevicePair) -> [Row] {
    let wanted = comparison.wanted(pair.id)
    let presence = presence(pair, wanted)
    return (presence.map { [$0] } ?? [])
      + DifferenceFinder.fields(pair, wanted).map { field in
        let author = comparison.attribution(pair).author(of: field.field)
        var row = row(pair, wanted, by: author)
        row.path = field.name
        row.wanted = field.field.wanted
        row.live = field.field.live
        row.persistent = field.field.persistent
        row.notAsWanted = Side.allCases.filter(field.field.notAsWanted.contains)
        return row
      }
  }

  private func row(
    _ pair: DevicePair, _ wanted: WantedDevice?, by author: (by: DifferenceDocument.Author, why: String?)
  ) -> Row {
    var row = Row(kind: (pair.leading?.kind ?? wanted?.kind)?.name ?? "device", by: author.by, why: author.why)
    row.device = pair.id?.text
    if pair.id == nil {
      // The key of a kind of which there is one only says the kind again.
      row.key = pair.leading.flatMap { $0.naturalKey ?? $0.slot?.description }.flatMap { $0 == row.kind ? nil : $0 }
    }
    return row
  }

  // MARK: Whether it is there

  private func presence(_ pair: DevicePair, _ wanted: WantedDevice?) -> Row? {
    // R1, R2: a document without devices has no opinion on them. A device that was only borrowed is never removed (R3).
    let hasOpinion =
      pair.id != nil && comparison.document?.devices != nil
      && (wanted != nil || pair.binding?.isReference == false)
    let sides = comparison.sides
    let notAsWanted = sides.filter { side in
      hasOpinion && (wanted?.isWanted(on: side) ?? false) != (pair[side] != nil)
    }
    let isOnOneSide = sides.contains { pair[$0] == nil } && sides.contains { pair[$0] != nil }
    guard !notAsWanted.isEmpty || isOnOneSide else { return nil }
    let statesSide = wanted.map { $0.sides != .both } ?? false
    let author = comparison.attribution(pair).author(ofPresence: Set(notAsWanted), statesSide: statesSide)
    var row = row(pair, wanted, by: author)
    if hasOpinion { row.wanted = wanted.map { DifferenceFinder.words($0.sides) } ?? "removed" }
    row.live = pair.live.map { _ in "attached" }
    row.persistent = pair.persistent.map { _ in "attached" }
    row.notAsWanted = notAsWanted
    return row
  }

  private static func words(_ sides: WantedDevice.Sides) -> String {
    switch sides {
    case .both: "attached"
    case .live: "attached, live only"
    case .persistent: "attached, persistent only"
    }
  }

  // MARK: What it is

  /// A field under the name that it is shown by.
  struct NamedField {
    let name: String
    let field: Attribution.Field
  }

  /// The fields of a device in which document and sides differ.
  static func fields(_ pair: DevicePair, _ wanted: WantedDevice?) -> [NamedField] {
    var order: [String] = []
    var between: [String: SideFields] = [:]
    var missed: [String: (path: FieldPath, found: BothSides<String?>, sides: Set<Side>, wanted: String)] = [:]
    if let live = pair.live, let persistent = pair.persistent {
      for field in SideFields.differences(live, persistent) where between[field.difference.name] == nil {
        // A job is one line, whatever libvirt says of it.
        if live.kind.isOfJob(field.difference.path), field.difference.path != live.kind.history?.job { continue }
        order.append(field.difference.name)
        between[field.difference.name] = field
      }
    }
    for side in Side.allCases {
      guard let wanted, wanted.isWanted(on: side), let device = pair[side] else { continue }
      for difference in Differ.differences(wanted: wanted, device: device, on: side) {
        let name = difference.path.text
        if between[name] == nil, missed[name] == nil { order.append(name) }
        var entry = missed[name] ?? (difference.path, BothSides(live: nil, persistent: nil), [], difference.wanted)
        entry.found[side] = difference.found
        entry.sides.insert(side)
        missed[name] = entry
      }
    }
    let fields = order.map { name in
      let sided = between[name]
      let stated = missed[name]
      let path = sided?.difference.path ?? stated?.path ?? FieldPath(name)
      func value(_ side: Side, _ found: String?) -> String? {
        if sided != nil { return found }
        if stated?.sides.contains(side) == true { return stated?.found[side] }
        return pair[side]?.element.value(at: path)
      }
      return NamedField(
        name: name,
        field: Attribution.Field(
          path: path, wanted: stated?.wanted ?? wanted?.value(at: path),
          live: value(.live, sided?.difference.live), persistent: value(.persistent, sided?.difference.persistent),
          notAsWanted: stated?.sides ?? [], isLibvirts: sided?.isLibvirts ?? false))
    }
    return fields + (slot(pair, wanted).map { [$0] } ?? [])
  }

  /// A device never moves, so a slot that differs is worth a row of its own (I2).
  private static func slot(_ pair: DevicePair, _ wanted: WantedDevice?) -> NamedField? {
    let sides = Side.allCases.filter { pair[$0] != nil }
    let notAsWanted = sides.filter { side in
      guard let slot = wanted?.address, wanted?.isWanted(on: side) == true else { return false }
      return pair[side]?.slot != slot
    }
    let isMoved = zip(sides, sides.dropFirst()).contains { one, other in
      guard let first = pair[one], let second = pair[other] else { return false }
      return !first.isAtPlace(of: second)
    }
    guard isMoved || !notAsWanted.isEmpty else { return nil }
    return NamedField(
      name: "address",
      field: Attribution.Field(
        path: "address", wanted: wanted?.address?.description, live: pair.live?.slot?.description,
        persistent: pair.persistent?.slot?.description, notAsWanted: Set(notAsWanted), isLibvirts: false))
  }
}

extension WantedDevice {
  /// What the document says at a path; `nil` where it has no opinion.
  func value(at path: FieldPath) -> String? {
    path == "boot/@order" ? bootOrder.map(String.init) : element?.value(at: path)
  }
}
