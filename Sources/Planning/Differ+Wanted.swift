package import DomainXML
package import Intent
import Vocabulary

extension Differ {
  /// What a document states of a device, its boot order among it, and the device does not have so.
  package static func differences(wanted: WantedDevice, device: Device) -> [FieldDifference] {
    var found = wanted.element.map { differences(wanted: $0, device: device.element, kind: wanted.kind) } ?? []
    if let order = wanted.bootOrder, device.bootOrder != order {
      found.append(
        FieldDifference(path: "boot/@order", wanted: String(order), found: device.bootOrder.map(String.init)))
    }
    return found
  }
}
