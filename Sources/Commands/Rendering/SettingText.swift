import Control

/// What `vmctl explain` says of settings to people, and as documentation.
enum SettingText {
  /// One line a setting.
  static func table(_ settings: [SettingDocument], _ paint: Paint, _ width: Int?) -> [String] {
    var table = Table([.init("SETTING"), .init("RUNNING"), .init("DEFINITION"), .init("GUEST"), .init("WHAT IT IS")])
    for setting in settings {
      table.add([
        .init(setting.name, .strong), .init(setting.live.word), .init(setting.persistent.word),
        .init(setting.needsGuest), .init(setting.summary),
      ])
    }
    return table.lines(paint, width: width)
  }

  /// Everything about one setting.
  static func lines(_ setting: SettingDocument, _ paint: Paint) -> [String] {
    var lines = [
      paint(.strong, "spec." + setting.name) + ": " + printable(setting.summary), "",
      "values  \(setting.values)" + (setting.mayBeNull ? ", or null for libvirt's default" : ""),
      "set by  \(setting.call)",
      "needs the guest  \(setting.needsGuest)",
    ]
    lines += KindText.answer("set", "running domain", setting.live, paint)
    lines += KindText.answer("set", "definition", setting.persistent, paint)
    if let note = setting.note { lines += ["", paint(.faint, "# " + note)] }
    return lines
  }

  static func markdown(_ settings: [SettingDocument]) -> [String] {
    var lines = [
      "", "# Settings", "",
      "What of a domain is no device. Each side is set by itself and read back.", "",
      "| Setting | What it is | Values | Call | Running | Definition | Needs the guest | |",
      "|---|---|---|---|---|---|---|---|",
    ]
    for setting in settings {
      let cells = [
        "`\(setting.name)`", setting.summary, setting.values + (setting.mayBeNull ? "; null" : ""), setting.call,
        KindPage.cell(setting.live), KindPage.cell(setting.persistent), setting.needsGuest, setting.note ?? "",
      ]
      lines.append("| " + cells.map(KindPage.escaped).joined(separator: " | ") + " |")
    }
    return lines
  }
}
