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
    var media: Media?
    var contentDigest: Digest?
    if let reference = node["reference"]?.entries.first {
      kind = Catalogue.kind(named: reference.key)
      content = .reference(Reference(kind: reference.key, value: reference.value.text ?? ""))
      WantedDevice.refuseOpinions(node, path: path, &faults)
    } else {
      guard var given = WantedDevice.given(node, path: path, &faults) else { return nil }
      media = WantedDevice.media(node, &given, path: path, &faults)
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
      media: media, isProtected: node["protected"]?.text == "true", address: address,
      drift: node["drift"]?.text.flatMap(IntentDocument.Drift.init), contentDigest: contentDigest, path: path)
  }

  /// What is to be in the drive, which goes into the element: by `media`, or as the element's own source.
  private static func media(
    _ node: DocumentNode, _ given: inout DomainDocument, path: String, _ faults: inout [IntentFault]
  ) -> Media? {
    let kind = Catalogue.kind(of: given.root)
    let rule = kind.media.flatMap { $0.when.holds(for: given.root, libvirt: nil) ? $0 : nil }
    guard let stated = node["media"] else {
      return rule.flatMap { rule in
        rule.medium(of: given.root).map { Media(file: $0, format: given.root.value(at: rule.format)) }
      }
    }
    guard let rule else {
      faults.append(
        IntentFault(
          "\(path) states 'media', but what it is in cannot be changed", at: stated.position, path: "\(path).media",
          remedy: "`media` is for CD-ROM and floppy drives (device: cdrom)"))
      return nil
    }
    if rule.medium(of: given.root) != nil {
      faults.append(
        IntentFault(
          "\(path) states a medium twice: in 'media' and in the device itself", at: stated.position,
          path: "\(path).media", remedy: "state it in 'media' alone"))
    }
    guard let file = stated["file"]?.text else { return Media(file: nil) }
    let format = stated["format"]?.text ?? "raw"
    var draft = ElementDraft(given.root)
    draft.set(rule.implies.path, rule.implies.value)
    draft.set(rule.format, format)
    draft.set(rule.file, file)
    if let document = try? DomainDocument(draft.xml, limits: .intent) { given = document }
    return Media(
      file: file, format: format, isOnce: stated["once"]?.text == "true", isForced: stated["force"]?.text == "true")
  }

  /// A reference borrows a device: it binds an id and has no opinion on the device.
  private static func refuseOpinions(_ node: DocumentNode, path: String, _ faults: inout [IntentFault]) {
    for key in ["bootOrder", "address", "replace", "unplug", "drift", "media"] where node[key] != nil {
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
      WantedDevice.check(form, kind, path: path + "." + kind.name, &faults)
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

  /// Keys that depend on others, which the grammar cannot say.
  private static func check(
    _ form: DocumentNode, _ kind: DeviceKind, path: String, _ faults: inout [IntentFault]
  ) {
    guard let short = kind.shortForm else { return }
    for field in short.fields where form[field.key] == nil && field.requiredWith.contains(where: { form[$0] != nil }) {
      faults.append(IntentFault("\(path) lacks '\(field.key)' (\(field.help))", at: form.position, path: path))
    }
    guard let mayBeNone = short.mayBeNone else { return }
    let given = short.oneOf.filter { form[$0] != nil }
    let element = try? DomainDocument(kind.element(shortForm: values(form, kind)), limits: .intent).root
    let needsOne = !(element.map { mayBeNone.holds(for: $0, libvirt: nil) } ?? false)
    if given.count > 1 || given.isEmpty && needsOne {
      let found = given.isEmpty ? "none" : given.joined(separator: " and ")
      faults.append(
        IntentFault(
          "\(path) needs exactly one of \(short.oneOf.joined(separator: ", ")); it has \(found)", at: form.position,
          path: path))
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
