import DomainXML

/// libvirt's lists of devices, the places of which it compares, as the catalogue says how they are made.
enum DeviceLists {
  static func sorted(_ kind: DeviceKind, _ elements: [Element]) -> [Element] {
    guard let listing = kind.listing else { return elements }
    var list: [(element: Element, group: String?, key: (Int, Int))] = []
    for element in elements {
      let entry = (element: element, group: element.value(at: listing.group), key: listing.key(element))
      var place: Int?
      for index in list.indices.reversed() where list[index].group == entry.group {
        if list[index].key > entry.key {
          place = index
        } else if place == nil {
          place = index + 1
        }
      }
      list.insert(entry, at: place ?? list.count)
    }
    return list.map(\.element)
  }

  /// Kinds of which libvirt prints less for migration than it knows.
  static let abbreviated = Catalogue.kinds.filter { $0.migratable != nil }

  /// The list that libvirt gets when it prints a domain for migration and reads that again.
  static func migratable(_ kind: DeviceKind, _ elements: [Element], machine: String) -> [Element] {
    sorted(kind, kind.migratable?.elements(elements, machine) ?? elements)
  }

  /// What no document takes away.
  static func isBuiltIn(_ device: Device) -> Bool {
    device.kind.builtIn?.holds(for: device.element, libvirt: nil) ?? false
  }
}
