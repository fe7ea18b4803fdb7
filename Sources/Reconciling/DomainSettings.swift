import Control
import DomainXML
import Intent
import Planning
import Vocabulary

/// What a domain states beside its devices: where the sides differ, and what the document says of it.
struct DomainSettings {
  /// A setting that a document states, where libvirt prints it, as each side has it.
  struct Stated {
    let path: FieldPath
    let wanted: UInt64
    let read: (DomainDefinition) -> UInt64?
    let found: BothSides<UInt64?>
  }

  private let comparison: Comparison

  init(_ comparison: Comparison) {
    self.comparison = comparison
  }

  var rows: [DifferenceDocument.Row] {
    let stated = Dictionary(stated.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    var rows: [DifferenceDocument.Row] = []
    var seen: Set<FieldPath> = []
    if let live = comparison.observed.live, let persistent = comparison.observed.persistent {
      for field in SideFields.differences(live: live, persistent: persistent) {
        seen.insert(field.difference.path)
        let setting = stated[field.difference.path]
        var row = row(
          field.difference.path, setting, live: field.difference.live, persistent: field.difference.persistent,
          isLibvirts: field.isLibvirts)
        row.path = field.difference.name
        rows.append(row)
      }
    }
    for setting in self.stated where !seen.contains(setting.path) && !notAsWanted(setting).isEmpty {
      rows.append(
        row(
          setting.path, setting, live: setting.found.live.map { String($0) },
          persistent: setting.found.persistent.map { String($0) }, isLibvirts: false))
    }
    return rows
  }

  /// What the document states of memory and CPUs.
  var stated: [Stated] {
    guard let document = comparison.document else { return [] }
    func setting(_ path: FieldPath, _ wanted: UInt64?, _ read: @escaping (DomainDefinition) -> UInt64?) -> Stated? {
      wanted.map { wanted in
        Stated(
          path: path, wanted: wanted, read: read,
          found: BothSides(
            live: comparison.observed.live.flatMap(read), persistent: comparison.observed.persistent.flatMap(read)))
      }
    }
    return [
      setting("currentMemory", document.memory) { $0.balloonTarget },
      setting("vcpu/@current", document.vcpus) { $0.currentVCPUs },
    ].compactMap { $0 }
  }

  private func notAsWanted(_ setting: Stated?) -> [Side] {
    guard let setting else { return [] }
    return comparison.sides.filter { setting.found[$0] != setting.wanted }
  }

  private func row(
    _ path: FieldPath, _ setting: Stated?, live: String?, persistent: String?, isLibvirts: Bool
  ) -> DifferenceDocument.Row {
    let sides = Set(notAsWanted(setting))
    let author = author(path, setting, sides, isLibvirts: isLibvirts)
    var row = DifferenceDocument.Row(kind: DeviceKind.domain.name, by: author.by, why: author.why)
    row.path = path.text
    row.wanted = setting.map { String($0.wanted) }
    row.live = live
    row.persistent = persistent
    row.notAsWanted = Side.allCases.filter(sides.contains)
    return row
  }

  private func author(
    _ path: FieldPath, _ setting: Stated?, _ notAsWanted: Set<Side>, isLibvirts: Bool
  ) -> (by: DifferenceDocument.Author, why: String?) {
    if isLibvirts, notAsWanted.isEmpty { return (.libvirt, nil) }
    if DeviceKind.domain.setByGuest.contains(path), comparison.observed.live != nil,
      setting == nil || notAsWanted == [.live]
    {
      return (.guest, nil)
    }
    if !notAsWanted.isEmpty, !comparison.isApplied {
      return (.vmctl, "not applied yet: `vmctl plan \(comparison.name)`")
    }
    return (.foreign, nil)
  }
}
