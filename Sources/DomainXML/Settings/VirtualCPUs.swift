import Vocabulary

extension Setting {
  /// `vcpu/@current`: virtual CPUs that are online (R19).
  static let vcpus = Setting(
    "vcpus", .number(1...4096), at: .onlineVCPUs, by: .vcpus, guest: .whenLowered,
    limit: .field("vcpu", absent: nil), least: .bootVCPUs, summary: "virtual CPUs that are online now",
    note:
      "those of the boot stay until the next one; more: plugged at once; fewer: the guest has to let go, and libvirt may never learn that it did (T12)"
  )
}
