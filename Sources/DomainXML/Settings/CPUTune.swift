import Vocabulary

extension Setting {
  /// Shares, bandwidth and pinning of the domain's threads.
  static let cputune =
    [
      Setting(
        "cputune.shares", .number(2...262_144), at: .field("cputune/shares", absent: nil),
        by: .parameter(.scheduler, "cpu_shares", .unsignedLong),
        summary: "weight against other domains", note: cgroup)
    ] + bandwidth
    + [
      Setting(
        "cputune.vcpupin", .cpuSet, at: .entry(element: "cputune/vcpupin", key: "vcpu", value: "cpuset"), by: .pinVCPU,
        summary: "host CPUs of each virtual CPU, by its number"),
      Setting(
        "cputune.emulatorpin", .cpuSet, at: .field("cputune/emulatorpin/@cpuset", absent: nil), by: .pinEmulator,
        summary: "host CPUs of the emulator's own threads"),
      Setting(
        "cputune.iothreadpin", .cpuSet,
        at: .entry(element: "cputune/iothreadpin", key: "iothread", value: "cpuset"), by: .pinIOThread,
        summary: "host CPUs of each I/O thread, by its number"),
    ]

  private static let cgroup = "of a running domain through the host's cpu cgroup"

  private static let bandwidth = [
    ("", "vcpu", "each virtual CPU"), ("global", "global", "the whole domain"),
    ("emulator", "emulator", "the emulator's own threads"), ("iothread", "iothread", "each I/O thread"),
  ].flatMap { prefix, parameter, words in
    let element = prefix.isEmpty ? "" : prefix + "_"
    return [
      Setting(
        "cputune.\(prefix.isEmpty ? "period" : prefix + "Period")", .number(1000...1_000_000),
        at: .field(FieldPath("cputune/\(element)period"), absent: nil),
        by: .parameter(.scheduler, "\(parameter)_period", .unsignedLong),
        summary: "microseconds in which the quota of \(words) is used up", note: cgroup),
      Setting(
        "cputune.\(prefix.isEmpty ? "quota" : prefix + "Quota")", .signed(-1...17_592_186_044_415),
        at: .field(FieldPath("cputune/\(element)quota"), absent: nil),
        by: .parameter(.scheduler, "\(parameter)_quota", .signedLong),
        summary: "microseconds of CPU time for \(words) in each period; -1: no limit", note: cgroup),
    ]
  }
}
