import DomainXML
import Vocabulary

/// Explicit slots (R12).
extension WantedDevice {
  /// `address: {type: pci, bus: 5, slot: 0}` of a document that the grammar has accepted.
  static func address(_ node: DocumentNode, path: String, _ faults: inout [IntentFault]) -> DocumentAddress? {
    guard let type = node["type"]?.text, let keys = IntentGrammar.addressKeys[type] else { return nil }
    let before = faults.count
    for entry in node.entries where entry.key != "type" && !keys.allowed.contains(entry.key) {
      faults.append(
        IntentFault(
          "\(path): a \(type) address has no '\(entry.key)'", at: entry.position, path: "\(path).\(entry.key)",
          remedy: "its keys: \(keys.allowed.joined(separator: ", "))"))
    }
    for key in keys.needed where node[key] == nil {
      faults.append(
        IntentFault("\(path): a \(type) address lacks '\(key)'", at: node.position, path: "\(path).\(key)"))
    }
    let limits: [(key: String, most: UInt64)] = type == "pci" ? [("bus", 255), ("slot", 31), ("function", 7)] : []
    for (key, most) in limits {
      guard let entry = node[key], let number = entry.text.flatMap({ parseNumber($0) }), number > most else { continue }
      faults.append(
        IntentFault("\(path).\(key): a PCI \(key) is at most \(most)", at: entry.position, path: "\(path).\(key)"))
    }
    if type == "virtio-serial", let port = node["port"]?.text, parseNumber(port) == nil {
      faults.append(
        IntentFault("\(path).port: '\(shown(port))' is not a number", at: node.position, path: "\(path).port"))
    }
    return faults.count == before ? DocumentAddress(node: node, type: type) : nil
  }

  /// An address may stand in the XML or beside it, not both with different slots.
  static func merge(
    _ stated: DocumentAddress?, _ device: Device, _ node: DocumentNode, path: String, _ faults: inout [IntentFault]
  ) -> Slot? {
    let own = device.hasEmptyAddress ? nil : device.slot
    guard let slot = stated?.slot(of: device) else { return own }
    if let own, own != slot {
      faults.append(
        IntentFault(
          "\(path).address is \(slot), and the XML says \(own)", at: node.position, path: "\(path).address",
          remedy: "state it once"))
    }
    return slot
  }
}

/// An address as a document states it. What it means depends on the device: drive addresses count per interface.
struct DocumentAddress {
  let node: DocumentNode
  let type: String

  func slot(of device: Device) -> Slot? {
    func number(_ key: String) -> UInt64 { node[key]?.text.flatMap { parseNumber($0) } ?? 0 }
    switch type {
    case "pci":
      return .pci(
        PCIAddress(
          domain: number("domain"), bus: number("bus"), slot: number("slot"), function: number("function")))
    case "drive":
      var interface = "scsi"
      if case .drive(let name) = device.slotKind() { interface = name }
      return .drive(
        DriveAddress(
          interface: interface, controller: number("controller"), bus: number("bus"),
          target: number("target"), unit: number("unit")))
    case "usb": return .usb(bus: number("bus"), port: node["port"]?.text ?? "")
    case "virtio-serial":
      return .virtioSerial(controller: number("controller"), bus: number("bus"), port: number("port"))
    case "dimm": return .dimm(slot: number("slot"), base: node["base"].map { _ in number("base") })
    default: return nil
    }
  }
}
