import Vocabulary

extension DeviceKind {
  /// An element that nobody knows: kept as it is, compared as text, and left to libvirt.
  package static func unknown(_ element: String) -> DeviceKind {
    DeviceKind(
      name: element, summary: "a device that the catalogue has no entry for", attach: .yes, detach: .yes,
      pieces: [HostPiece("vmctl does not know the element, and so not what of the host it reaches")])
  }

  /// libvirt has a call for everything else, but none for adding or removing these
  /// (`qemuDomainAttachDeviceLive`, `qemuDomainAttachDeviceConfig` and their neighbours).
  static func definedOnly(_ element: String) -> BothSides<Support> {
    .no("libvirt adds or removes the \(element) kind only when it defines a domain")
  }
}

extension BothSides where Value == Support {
  static func same(_ support: Support) -> BothSides<Support> { BothSides(live: support, persistent: support) }
}
