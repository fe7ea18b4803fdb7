/// The registry of device kinds. A new kind is one file under `Devices/` and one line here; a test holds the two
/// equal.
package enum Catalogue {
  package static let kinds: [DeviceKind] = [
    .channel, .console, .controller, .disk, .interface, .memballoon, .rng, .serial,
  ]

  private static let byElement = Dictionary(uniqueKeysWithValues: kinds.map { ($0.element, $0) })

  package static func kind(of element: Element) -> DeviceKind {
    kind(named: element.name)
  }

  package static func kind(named element: String) -> DeviceKind {
    byElement[element] ?? .general(element)
  }

  /// The elements that are known to be devices: those with an entry, then those of the general table.
  package static let elements: [String] = kinds.map(\.element) + DeviceKind.generalKinds.keys.sorted()
}
