/// The registry of device kinds. A new kind is one file under `Devices/` and one line here; a test holds the two
/// equal.
package enum Catalogue {
  package static let kinds: [DeviceKind] = [
    .audio, .channel, .console, .controller, .crypto, .disk, .filesystem, .graphics, .hostdev, .hub, .input,
    .interface, .iommu, .lease, .memballoon, .memory, .nvram, .panic, .parallel, .pstore, .redirdev, .rng, .serial,
    .shmem, .smartcard, .sound, .tpm, .video, .vsock, .watchdog,
  ]

  private static let byElement = Dictionary(uniqueKeysWithValues: kinds.map { ($0.element, $0) })

  package static func kind(of element: Element) -> DeviceKind {
    kind(named: element.name)
  }

  package static func kind(named element: String) -> DeviceKind {
    byElement[element] ?? .unknown(element)
  }

  /// The elements that are known to be devices.
  package static let elements: [String] = kinds.map(\.element)

  /// The registry of settings, in the order in which they are applied.
  package static let settings: [Setting] =
    [.title, .description, .metadata, .vcpus, .memory, .memballoonPeriod] + Setting.cputune + Setting.memtune
    + [.blkiotune] + Setting.numatune + [.iothreads] + Setting.lifecycle + [.autostart]

  package static func setting(named name: String) -> Setting? { settings.first { $0.name == name } }
}
