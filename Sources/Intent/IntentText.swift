import DomainXML
package import Vocabulary

/// A document as text, for a domain that is there already: what `vmctl adopt` prints. Reading it gives the devices
/// back as they were.
package enum IntentText {
  package static func yaml(name: DomainName, uuid: DomainUUID, devices: [WantedDevice]) -> String {
    var lines = [
      "apiVersion: vmctl/v1", "kind: Domain", "metadata:", "  name: \(quoted(name.text))", "  uuid: \(uuid)", "spec:",
      "  power: unmanaged", devices.isEmpty ? "  devices: []" : "  devices:",
    ]
    for device in devices {
      lines.append("  - id: \(quoted(device.id.text))")
      if device.sides != .both { lines.append("    sides: \(device.sides.rawValue)") }
      if let order = device.bootOrder { lines.append("    bootOrder: \(order)") }
      guard let element = device.element else { continue }
      // A block keeps every character as it is; the digit says how far it is indented whatever it begins with.
      lines.append("    xml: |2-")
      lines += element.source.shown.split(separator: "\n", omittingEmptySubsequences: false).map { "      " + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Names are words that YAML would take for numbers or booleans, too.
  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
  }
}
