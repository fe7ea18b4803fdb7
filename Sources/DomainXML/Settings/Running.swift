import Vocabulary

extension Setting {
  /// What becomes of the domain when its guest ends, resets or crashes.
  static let lifecycle = SettingCall.LifecycleEvent.allCases.map { event in
    Setting(
      "lifecycle.\(event.rawValue)",
      .oneOf(
        ["destroy", "restart", "rename-restart", "preserve"]
          + (event == .crash ? ["coredump-destroy", "coredump-restart"] : [])),
      at: .field(FieldPath("on_\(event.rawValue)"), absent: event == .reboot ? "restart" : "destroy"),
      by: .lifecycle(event), summary: "what becomes of the domain on \(event.rawValue)")
  }

  /// In no definition: a link beside it.
  static let autostart = Setting(
    "autostart", .flag, at: .outside, by: .autostart,
    sides: BothSides(live: .no("it belongs to no side"), persistent: .yes),
    fallback: "false", summary: "whether the domain starts with the host")
}
