import Control

/// What `vmctl explain` says to people.
enum KindText {
  /// One line a kind.
  static func table(_ kinds: [KindDocument], _ paint: Paint, _ width: Int?) -> [String] {
    var table = Table([
      .init("KIND"), .init("ATTACH"), .init("DETACH"), .init("UPDATE"), .init("WHAT IT IS"),
    ])
    for kind in kinds {
      table.add([
        .init(kind.element, .strong), .init(pair(kind.attach)), .init(pair(kind.detach)), .init(pair(kind.update)),
        .init(kind.summary),
      ])
    }
    return table.lines(paint, width: width) + [
      "", "Each as running/definition. `vmctl explain KIND` says when and why.",
    ]
  }

  private static func pair(_ sides: KindDocument.Sides) -> String { sides.live.word + "/" + sides.persistent.word }

  /// Everything about one kind.
  static func lines(_ kind: KindDocument, _ paint: Paint) -> [String] {
    var lines = [paint(.strong, kind.element) + ": " + printable(kind.summary)]
    if let since = kind.since { lines.append("known to libvirt since \(since)") }
    lines.append("")
    lines.append("the guest sees  \(kind.guestSees.isEmpty ? "-" : kind.guestSees)")
    if let release = kind.guestReleases { lines.append("when it leaves  \(release)") }
    for slot in kind.slots { lines.append("takes  \(slot.what)" + (slot.when.map { ", where \($0)" } ?? "")) }
    if !kind.identity.isEmpty {
      lines.append("found by  \(kind.identity.joined(separator: ", else "))")
    }
    lines.append("")
    for (verb, sides) in [("attach", kind.attach), ("detach", kind.detach), ("update", kind.update)] {
      lines.append(paint(.faint, sides.call))
      lines += answer(verb, "running domain", sides.live, paint)
      lines += answer(verb, "definition", sides.persistent, paint)
    }
    if !kind.fields.isEmpty { lines += [""] + fields(kind.fields, paint) }
    if !kind.runTime.isEmpty { lines += ["", "libvirt fills in while the domain runs:"] + kind.runTime.map(filled) }
    return lines
  }

  private static func filled(_ field: KindDocument.Statement) -> String {
    "  \(field.what)" + (field.when.map { ", where \($0)" } ?? "")
  }

  static func answer(
    _ verb: String, _ side: String, _ answer: KindDocument.Answer, _ paint: Paint
  ) -> [String] {
    let start = "\(verb), \(side): "
    return switch answer.answer {
    case .yes: [start + paint(.add, "yes")]
    case .no: [start + paint(.remove, "no"), "    \(answer.reason ?? "")"]
    case .when:
      [start + paint(.change, "where \(answer.condition ?? "")"), "    otherwise: \(answer.reason ?? "")"]
    }
  }

  static func fields(_ fields: [KindDocument.FieldRow], _ paint: Paint) -> [String] {
    var table = Table([.init("FIELD"), .init("KEY"), .init("RUNNING"), .init("DEFINITION")])
    for field in fields {
      table.add(
        [
          .init(field.path, .strong), .init(field.key ?? "-"), .init(short(field.live)),
          .init(short(field.persistent)),
        ], details: [field.help, field.note].compactMap { $0 }.map { "  " + paint(.faint, "# " + $0) })
    }
    return table.lines(paint)
  }

  private static func short(_ words: String) -> String { words.hasPrefix("never") ? "never" : words }
}
