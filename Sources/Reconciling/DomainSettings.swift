import Control
import DomainXML
import Intent
import Planning
import Vocabulary

/// What a domain states beside its devices: where the sides differ, and what the document says of it.
struct DomainSettings {
  /// A setting that a document states, as each side has it.
  struct Stated {
    let wanted: WantedSetting
    let found: BothSides<String?>
    let notAsWanted: [Side]

    fileprivate var path: FieldPath? { wanted.setting.place.path }
  }

  private typealias Author = (by: DifferenceDocument.Author, why: String?)

  private let comparison: Comparison
  /// What the document states and a definition says.
  let stated: [Stated]

  init(_ comparison: Comparison) {
    self.comparison = comparison
    stated = (comparison.document?.settings ?? []).compactMap { wanted in
      guard wanted.setting.place.path != nil else { return nil }
      var found = BothSides<String?>(live: nil, persistent: nil)
      for side in comparison.sides {
        found[side] = comparison.observed.definition(side).flatMap {
          wanted.setting.value(in: $0.root, key: wanted.key)
        }
      }
      let missed = comparison.sides.filter { found[$0] != wanted.value }
      return Stated(wanted: wanted, found: found, notAsWanted: missed)
    }
  }

  var rows: [DifferenceDocument.Row] {
    stated.filter { !$0.notAsWanted.isEmpty }.map { setting in
      var row = row(
        setting.wanted.path, author(setting), live: setting.found.live, persistent: setting.found.persistent)
      row.wanted = setting.wanted.value
      row.notAsWanted = setting.notAsWanted
      return row
    } + unstated
  }

  /// Fields of which the document says nothing and that the sides have otherwise.
  private var unstated: [DifferenceDocument.Row] {
    guard let live = comparison.observed.live, let persistent = comparison.observed.persistent else { return [] }
    let said = stated.compactMap(\.path)
    return SideFields.differences(live: live, persistent: persistent).compactMap { field in
      let difference = field.difference
      if said.contains(where: { difference.path.isWithin($0) }) { return nil }
      let isGuests = DeviceKind.domain.setByGuest.contains(difference.path)
      let author: Author = (field.isLibvirts ? .libvirt : isGuests ? .guest : .foreign, nil)
      return row(difference.name, author, live: difference.live, persistent: difference.persistent)
    }
  }

  private func row(_ path: String, _ author: Author, live: String?, persistent: String?) -> DifferenceDocument.Row {
    var row = DifferenceDocument.Row(kind: DeviceKind.domain.name, by: author.by, why: author.why)
    row.path = path
    row.live = live
    row.persistent = persistent
    return row
  }

  /// Who is behind a stated setting that is not so.
  func author(_ stated: Stated) -> (by: DifferenceDocument.Author, why: String?) {
    let setting = stated.wanted.setting
    if comparison.waits(.setting(setting.name)) { return (.vmctl, "the guest was asked and has not done it") }
    if !comparison.isApplied { return (.vmctl, "not applied yet: `vmctl plan \(comparison.name)`") }
    guard stated.notAsWanted == [.live], let live = comparison.observed.live?.root else { return (.foreign, nil) }
    if let path = stated.path, DeviceKind.domain.setByGuest.contains(path) { return (.guest, nil) }
    let least = setting.least?.value(in: live, key: nil).flatMap { parseNumber($0) }
    let isTooLittle = least.flatMap { least in parseNumber(stated.wanted.value).map { $0 < least } } ?? false
    let isFixed = setting.sides.live.refusal(for: live, libvirt: nil) != nil
    return isTooLittle || isFixed ? (.vmctl, "next boot: `vmctl restart \(comparison.name)`") : (.foreign, nil)
  }
}
