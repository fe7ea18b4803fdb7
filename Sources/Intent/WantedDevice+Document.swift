import DomainXML
import Vocabulary

extension WantedDevice {
  /// Reads a device of a document that the grammar has accepted.
  init?(_ node: DocumentNode, path: String, _ faults: inout [IntentFault]) {
    guard let id = node["id"]?.text.flatMap({ DeviceID($0) }) else { return nil }
    let before = faults.count
    var bootOrder = node["bootOrder"]?.text.flatMap { parseNumber($0) }
    let stated = node["address"].flatMap { WantedDevice.address($0, path: path + ".address", &faults) }
    var address: Slot?
    let content: Content
    let kind: DeviceKind
    var contentDigest: Digest?
    if let reference = node["reference"]?.entries.first {
      kind = Catalogue.kind(named: reference.key)
      content = .reference(Reference(kind: reference.key, value: reference.value.text ?? ""))
      WantedDevice.refuseOpinions(node, path: path, &faults)
    } else {
      guard let given = WantedDevice.given(node, path: path, &faults) else { return nil }
      let device = Device(given.root)
      kind = device.kind
      WantedDevice.checkAlias(device, id, node, path: path, &faults)
      address = WantedDevice.merge(stated, device, node, path: path, &faults)
      if let order = device.bootOrder {
        if let stated = bootOrder, stated != order {
          faults.append(
            IntentFault(
              "\(path) has the boot order \(stated), and its XML \(order)", at: node.position,
              path: "\(path).bootOrder", remedy: "state it once"))
        }
        bootOrder = order
      }
      let draft = WantedDevice.content(of: device)
      guard let document = try? DomainDocument(draft.xml, limits: .intent) else { return nil }
      content = .element(document)
      contentDigest = WantedDevice.digest(draft, bootOrder)
    }
    if let order = bootOrder, kind.boot == .never {
      faults.append(
        IntentFault(
          "\(path) has the boot order \(order), but a \(kind.name) cannot be booted from", at: node.position,
          path: "\(path).bootOrder"))
    }
    guard faults.count == before else { return nil }
    var unplug = Unplug()
    if let deadline = node["unplug"]?["deadline"]?.text.flatMap(parseDuration) { unplug.deadline = deadline }
    if let otherwise = node["unplug"]?["otherwise"]?.text.flatMap(Otherwise.init) { unplug.otherwise = otherwise }
    self.init(
      id: id, kind: kind, content: content, sides: node["sides"]?.text.flatMap(Sides.init) ?? .both,
      was: node["was"]?.text.flatMap { DeviceID($0) }, bootOrder: bootOrder,
      replaceAllowed: node["replace"]?.text == "allowed", unplug: unplug,
      isProtected: node["protected"]?.text == "true", address: address,
      drift: node["drift"]?.text.flatMap(IntentDocument.Drift.init), contentDigest: contentDigest, path: path)
  }

  /// A reference borrows a device: it binds an id and has no opinion on the device.
  private static func refuseOpinions(_ node: DocumentNode, path: String, _ faults: inout [IntentFault]) {
    for key in ["bootOrder", "address", "replace", "unplug", "drift"] where node[key] != nil {
      faults.append(
        IntentFault(
          "\(path) is a reference and states '\(key)'", at: node.position, path: "\(path).\(key)",
          remedy: "a reference only binds the id to a device that is there"))
    }
  }

  /// The element as the document gives it, in XML or as a short form.
  private static func given(
    _ node: DocumentNode, path: String, _ faults: inout [IntentFault]
  ) -> DomainDocument? {
    var text = node["xml"]?.text.map { XMLText($0) }
    for kind in IntentGrammar.shortForms {
      guard let form = node[kind.name] else { continue }
      text = kind.element(shortForm: values(form, kind))
    }
    guard let text else { return nil }
    do throws(XMLFault) {
      return try DomainDocument(text, limits: .intent)
    } catch {
      faults.append(IntentFault("\(path): \(error.message)", at: node.position, path: path))
      return nil
    }
  }

  /// The keys of a short form, groups with a dot; `null` is what the field's absence means to libvirt.
  private static func values(_ form: DocumentNode, _ kind: DeviceKind) -> [(key: String, value: String)] {
    (kind.shortForm?.fields ?? []).compactMap { field in
      var node: DocumentNode? = form
      for name in field.key.split(separator: ".") where node.map({ !$0.isNull }) ?? false { node = node?[String(name)] }
      guard let node else { return nil }
      if node.isNull { return kind.field(at: field.path)?.absent.map { (field.key, $0) } }
      return node.text.map { (field.key, $0) }
    }
  }

  /// What must hold: the element without what vmctl keeps apart. An address that is no slot (isa, say) stays.
  private static func content(of device: Device) -> ElementDraft {
    var draft = ElementDraft(device.element)
    for child in ["alias", "boot"] { draft.removeChildren(named: child) }
    if device.slot != nil || device.hasEmptyAddress { draft.removeChildren(named: "address") }
    return draft
  }

  private static func digest(_ draft: ElementDraft, _ bootOrder: UInt64?) -> Digest? {
    var draft = draft
    if let bootOrder { draft.replaceChild("boot", attributes: [("order", String(bootOrder))]) }
    return (try? DomainDocument(draft.xml, limits: .intent))?.root.canonicalDigest
  }

  private static func checkAlias(
    _ device: Device, _ id: DeviceID, _ node: DocumentNode, path: String, _ faults: inout [IntentFault]
  ) {
    guard let alias = device.alias, alias != id.alias else { return }
    faults.append(
      IntentFault(
        "\(path).xml has the alias '\(shown(alias))', but the id '\(id)' makes it '\(id.alias)'", at: node.position,
        path: path, remedy: "leave <alias> out"))
  }
}

extension Device {
  /// `<address type='pci'/>` says which kind of slot and leaves the choice open.
  var hasEmptyAddress: Bool { element.child("address")?.attributes.map(\.name) == ["type"] }
}
