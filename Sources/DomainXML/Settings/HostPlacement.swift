import Vocabulary

extension Setting {
  static let blkiotune = Setting(
    "blkiotune.weight", .number(10...1000), at: .field("blkiotune/weight", absent: nil),
    by: .parameter(.blockIO, "weight", .unsigned), summary: "weight of the domain's disk I/O against other domains",
    note: "of a running domain through the host's blkio cgroup")

  static let numatune = [
    Setting(
      "numatune.mode", .oneOf(["strict", "preferred", "interleave", "restrictive"]),
      at: .field("numatune/memory/@mode", absent: nil), by: .parameter(.numa, "numa_mode", .signed),
      sides: BothSides(live: .no("the mode of a running domain is fixed"), persistent: .yes),
      summary: "how the domain's memory is placed on the host's NUMA nodes"),
    Setting(
      "numatune.nodeset", .cpuSet, at: .field("numatune/memory/@nodeset", absent: nil),
      by: .parameter(.numa, "numa_nodeset", .text),
      sides: BothSides(
        live: .when(
          .field("numatune/memory/@mode", ["restrictive"]),
          otherwise: "the nodes of a running domain move in mode restrictive only"),
        persistent: .yes),
      summary: "the host's NUMA nodes that the domain's memory is on"),
  ]

  /// libvirt counts them and gives each a number.
  static let iothreads = Setting(
    "iothreads", .number(0...1024), at: .field("iothreads", absent: "0"), by: .iothreads, fallback: "0",
    summary: "threads for disk I/O", note: "the one with the highest number goes first; libvirt keeps one in use")
}
