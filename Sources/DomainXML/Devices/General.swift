import Vocabulary

extension DeviceKind {
  /// Any element that has no entry of its own: kept as it is, compared as text, attached and detached as libvirt
  /// allows. It is given a slot only where the document gives one.
  package static func general(_ element: String) -> DeviceKind {
    let never = neverPlugged[element]
    return DeviceKind(
      name: element,
      summary: "a device that the catalogue has no entry for",
      attach: never.map { .no($0) } ?? .yes,
      detach: never.map { .no($0) } ?? .yes,
      takesAlias: !["lease", "graphics", "audio", "emulator"].contains(element))
  }

  /// Kinds that libvirt can neither attach nor detach (hotplug matrix, `qemuDomainAttachDeviceConfig`).
  private static let neverPlugged: [String: String] = [
    "video", "graphics", "tpm", "panic", "hub", "smartcard", "audio", "iommu", "nvram", "crypto", "pstore",
  ].reduce(into: [:]) { $0[$1] = "libvirt can add or remove a \($1) device only when it defines the domain" }
}
