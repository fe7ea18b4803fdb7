package import DomainXML
package import Intent
package import Vocabulary

extension Differ {
  /// What a document states of a device, its boot order among it, and the device does not have so. What libvirt fills
  /// in or leaves out while a domain runs, where the document leaves it the choice too, is no difference.
  package static func differences(wanted: WantedDevice, device: Device, on side: Side) -> [FieldDifference] {
    var found: [FieldDifference] = []
    if let element = wanted.element {
      found = differences(wanted: element, device: device.element, kind: wanted.kind)
      if side == .live {
        found.removeAll {
          wanted.kind.isRunTime($0.path, of: device.element, defined: $0.wanted, in: element)
        }
      }
    }
    if let order = wanted.bootOrder, device.bootOrder != order {
      found.append(
        FieldDifference(path: "boot/@order", wanted: String(order), found: device.bootOrder.map(String.init)))
    }
    return found
  }
}
