import Control
import DomainXML
import Vocabulary

extension KindDocument {
  /// The catalogue's entry as it leaves the program.
  init(_ kind: DeviceKind) {
    self.init(
      element: kind.element, summary: kind.summary, since: kind.since?.description, guestSees: kind.sees,
      guestReleases: kind.release.isEmpty ? nil : kind.release,
      identity: (kind.takesAlias ? ["its alias"] : [])
        + kind.identity.map { key in
          key.paths.isEmpty ? "being the only one" : key.paths.map(\.text).joined(separator: " + ")
        },
      slots: kind.slots.map { Statement($0.kind.words, when: $0.when?.words) },
      attach: Sides(kind.attach, "virDomainAttachDeviceFlags"),
      detach: Sides(kind.detach, "virDomainDetachDeviceFlags"),
      update: Sides(kind.update, "virDomainUpdateDeviceFlags"),
      fields: KindDocument.rows(kind), runTime: kind.runTime.map { Statement($0.path.text, when: $0.when?.words) })
  }

  /// The fields that the catalogue knows, then the keys of the short form that fill others.
  private static func rows(_ kind: DeviceKind) -> [FieldRow] {
    let keys = kind.shortForm?.fields ?? []
    let known = kind.fields.map { field in
      let key = keys.first { $0.path == field.path }
      return FieldRow(
        path: field.path.text, key: key?.key, live: words(field.change.live),
        persistent: words(field.change.persistent),
        help: key?.help, note: field.note.isEmpty ? nil : field.note)
    }
    let others = keys.filter { key in kind.field(at: key.path) == nil }.map { key in
      FieldRow(
        path: key.path.text, key: key.key, live: words(.withDevice), persistent: words(.withDevice), help: key.help,
        note: nil)
    }
    return known + others
  }

  private static func words(_ change: Field.Change) -> String {
    switch change {
    case .inPlace: "in place"
    case .call(let family, _, _): "in place, by \(family.function)"
    case .withDevice: "with the device"
    case .never(let reason): "never: \(reason)"
    }
  }
}

extension KindDocument.Sides {
  fileprivate init(_ support: BothSides<Support>, _ call: String) {
    self.init(live: .init(support.live), persistent: .init(support.persistent), call: call)
  }
}

extension KindDocument.Answer {
  init(_ support: Support) {
    switch support {
    case .yes: self.init(answer: .yes)
    case .no(let reason): self.init(answer: .no, reason: reason)
    case .when(let condition, let reason): self.init(answer: .when, condition: condition.words, reason: reason)
    }
  }

  /// In a cell of a table.
  var word: String {
    switch answer {
    case .yes: "yes"
    case .no: "no"
    case .when: "some"
    }
  }
}

extension SlotRule.Kind {
  fileprivate var words: String {
    switch self {
    case .pci: "pci"
    case .drive(let type): "a unit of \("aeiou".contains(type.prefix(1)) ? "an" : "a") \(type) controller"
    case .usb: "a usb port"
    case .virtioSerial: "a port of a virtio-serial controller"
    case .dimm: "a memory slot"
    }
  }
}
