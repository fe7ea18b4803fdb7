import Vocabulary

extension Setting {
  /// `currentMemory` without memory devices (R18).
  static let memory = Setting(
    "memory", .memory, at: .balloonTarget, by: .memory,
    sides: BothSides(
      live: .when(
        .not(.field("devices/memballoon/@model", ["none"])), otherwise: "the domain was made without a balloon"),
      persistent: .yes),
    guest: .always, limit: .bootMemory,
    summary: "balloon target of the boot memory",
    note: "libvirt answers 0 also where the guest has no balloon driver and nothing happens (T11)")

  /// How often the guest is asked for the balloon's statistics.
  static let memballoonPeriod = Setting(
    "memballoon.period", .number(0...86_400), at: .field("devices/memballoon/stats/@period", absent: "0"),
    by: .statsPeriod, fallback: "0", summary: "seconds between two looks at the guest's memory statistics; 0: none")

  static let memtune = [
    limit("hardLimit", "hard_limit", "what the domain's process may take at most; too little kills it"),
    limit("softLimit", "soft_limit", "what it is kept to when the host is short of memory"),
    limit("swapHardLimit", "swap_hard_limit", "memory and swap together"),
  ]

  private static func limit(_ key: String, _ element: String, _ summary: String) -> Setting {
    Setting(
      "memtune.\(key)", .memory, at: .field(FieldPath("memtune/\(element)"), absent: nil),
      by: .parameter(.memory, element, .unsignedLong), summary: summary,
      note: "of a running domain through the host's memory cgroup")
  }
}
