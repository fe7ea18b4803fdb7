import Control

/// The catalogue as a page of documentation (`vmctl explain --markdown`). A test holds the page in the repository
/// equal to it.
enum KindPage {
  static func markdown(_ kinds: [KindDocument], _ settings: [SettingDocument]) -> String {
    var lines = [
      "# What can be changed, and how", "",
      "One row a kind of device: what libvirt can do to the running domain and to the definition, without ever",
      "redefining it. Printed by `vmctl explain --markdown` from the catalogue that vmctl itself plans by.", "",
      "| Kind | What it is | Attach: running | definition | Detach: running | definition | Update: running | definition |",
      "|---|---|---|---|---|---|---|---|",
    ]
    for kind in kinds {
      let cells = [kind.attach, kind.detach, kind.update].flatMap { [$0.live, $0.persistent] }.map(cell)
      lines.append("| [\(kind.element)](#\(kind.element)) | \(kind.summary) | \(cells.joined(separator: " | ")) |")
    }
    lines += [
      "", "Attached by `virDomainAttachDeviceFlags`, detached by `virDomainDetachDeviceFlags`, updated by",
      "`virDomainUpdateDeviceFlags`, each for one side at a time; fields with a call of their own name it.",
    ]
    for kind in kinds { lines += section(kind) }
    lines += SettingText.markdown(settings)
    return lines.joined(separator: "\n") + "\n"
  }

  static func cell(_ answer: KindDocument.Answer) -> String {
    switch answer.answer {
    case .yes: "yes"
    case .no: "no"
    case .when: "where " + escaped(answer.condition ?? "")
    }
  }

  private static func section(_ kind: KindDocument) -> [String] {
    var lines = ["", "## \(kind.element)", "", "\(kind.summary.prefix(1).uppercased() + kind.summary.dropFirst())."]
    if let since = kind.since { lines[3] += " Known to libvirt since \(since)." }
    lines.append("")
    if !kind.guestSees.isEmpty { lines.append("- The guest sees: \(kind.guestSees)") }
    if let release = kind.guestReleases { lines.append("- When it leaves, the guest has to do: \(release)") }
    for slot in kind.slots { lines.append("- Takes \(slot.what)" + (slot.when.map { ", where \(escaped($0))" } ?? "")) }
    if !kind.identity.isEmpty {
      lines.append("- Found by \(kind.identity.joined(separator: ", else "))")
    }
    var seen: Set<String> = []
    for reason in [kind.attach, kind.detach, kind.update].flatMap({ [$0.live.reason, $0.persistent.reason] })
      .compactMap({ $0 }) where seen.insert(reason).inserted
    {
      lines.append("- Otherwise: \(escaped(reason))")
    }
    if !kind.runTime.isEmpty {
      let filled = kind.runTime.map { "`\($0.what)`" + ($0.when.map { " where \(escaped($0))" } ?? "") }
      lines.append("- libvirt fills in while the domain runs: \(filled.joined(separator: "; "))")
    }
    guard !kind.fields.isEmpty else { return lines }
    lines += ["", "| Field | Key | Running | Definition | |", "|---|---|---|---|---|"]
    for field in kind.fields {
      let notes = [field.help, field.note].compactMap { $0 }.joined(separator: "; ")
      lines.append(
        "| `\(field.path)` | \(field.key ?? "") | \(escaped(field.live)) | \(escaped(field.persistent)) | \(escaped(notes)) |"
      )
    }
    return lines
  }

  static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
