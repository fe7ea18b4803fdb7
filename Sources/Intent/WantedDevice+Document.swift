import DomainXML
import Vocabulary

extension WantedDevice {
  /// Reads a device of a document that the grammar has accepted.
  init?(_ node: DocumentNode, path: String, _ faults: inout [IntentFault]) {
    guard let id = node["id"]?.text.flatMap({ DeviceID($0) }) else { return nil }
    var bootOrder = node["bootOrder"]?.text.flatMap { parseNumber($0) }
    var address: Slot?
    let content: Content
    let kind: DeviceKind
    if let reference = node["reference"]?.entries.first {
      kind = Catalogue.kind(named: reference.key)
      content = .reference(Reference(kind: reference.key, value: reference.value.text ?? ""))
    } else {
      guard let text = WantedDevice.elementText(node) else { return nil }
      do throws(XMLFault) {
        let given = try DomainDocument(text, limits: .intent)
        let device = Device(given.root)
        kind = device.kind
        if let alias = device.alias, alias != id.alias {
          faults.append(
            IntentFault(
              "\(path).xml has the alias '\(alias)', but the id '\(id)' makes it '\(id.alias)'", at: node.position,
              path: path, remedy: "leave <alias> out"))
        }
        address = node["address"].flatMap { WantedDevice.slot($0, of: device) } ?? device.slot
        if let order = device.bootOrder { bootOrder = bootOrder ?? order }
        var draft = ElementDraft(given.root)
        for child in ["alias", "address", "boot"] { draft.removeChildren(named: child) }
        content = .element(try DomainDocument(draft.xml, limits: .intent))
      } catch {
        faults.append(IntentFault("\(path): \(error.message)", at: node.position, path: path))
        return nil
      }
    }
    if let order = bootOrder, !["disk", "interface", "hostdev", "redirdev"].contains(kind.name) {
      faults.append(
        IntentFault(
          "\(path) has the boot order \(order), but a \(kind.name) cannot be booted from", at: node.position,
          path: "\(path).bootOrder"))
    }
    var unplug = Unplug()
    if let deadline = node["unplug"]?["deadline"]?.text.flatMap(parseDuration) { unplug.deadline = deadline }
    if let otherwise = node["unplug"]?["otherwise"]?.text.flatMap(Otherwise.init) { unplug.otherwise = otherwise }
    var contentDigest: Digest?
    if case .element(let document) = content { contentDigest = document.root.canonicalDigest }
    self.init(
      id: id, kind: kind, content: content, sides: node["sides"]?.text.flatMap(Sides.init) ?? .both,
      was: node["was"]?.text.flatMap { DeviceID($0) }, bootOrder: bootOrder,
      replaceAllowed: node["replace"]?.text == "allowed", unplug: unplug,
      isProtected: node["protected"]?.text == "true", address: address, contentDigest: contentDigest, path: path)
  }

  private static func elementText(_ node: DocumentNode) -> XMLText? {
    if let xml = node["xml"]?.text { return XMLText(xml) }
    for kind in IntentGrammar.shortForms {
      guard let form = node[kind.name] else { continue }
      return kind.element(shortForm: form.entries.map { ($0.key, $0.value.text ?? "") })
    }
    return nil
  }

  /// Drive addresses count per interface, which the device's own bus says.
  private static func slot(_ node: DocumentNode, of device: Device) -> Slot? {
    var interface = "scsi"
    if case .drive(let name) = device.slotKind() { interface = name }
    func number(_ key: String) -> UInt64 { node[key]?.text.flatMap { parseNumber($0) } ?? 0 }
    switch node["type"]?.text {
    case "pci":
      return .pci(
        PCIAddress(
          domain: number("domain"), bus: number("bus"), slot: number("slot"), function: number("function")))
    case "drive":
      return .drive(
        DriveAddress(
          interface: interface, controller: number("controller"), bus: number("bus"),
          target: number("target"), unit: number("unit")))
    case "usb": return .usb(bus: number("bus"), port: node["port"]?.text ?? "")
    case "virtio-serial":
      return .virtioSerial(controller: number("controller"), bus: number("bus"), port: number("port"))
    default: return nil
    }
  }
}
