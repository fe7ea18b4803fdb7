package import Vocabulary

extension ManagedState {
  /// Reads our element; `nil` where the definition has none.
  package init?(in definition: DomainDefinition) {
    guard let element = definition.metadata(namespace: ManagedState.namespace) else { return nil }
    self.init(element)
    origin = Origin(text: element.source)
  }

  package init(_ element: Element) {
    self.init()
    for (name, value) in element.attributes {
      switch name {
      case "generation": generation = Int64(value).map { Generation($0) }
      case "creation": creationDigest = ManagedState.digest(value)
      case "settings": settings = ManagedState.digest(value)
      case "protected": isProtected = value == "yes"
      case "armed": isArmed = value == "yes"
      default: if ManagedState.isKeepable(name) { unknown.attributes[name] = value }
      }
    }
    for child in element.children where !read(child) { unknown.elements.append(child.localForm) }
  }

  /// Takes an element in, if it is one that this version knows in every part.
  private mutating func read(_ child: Element) -> Bool {
    guard let id = child["id"].flatMap({ DeviceID($0) }), !child.hasChildren else { return false }
    if child.hasLocalName("device") {
      bindings.append(Binding(child, id: id))
    } else if child.hasLocalName("tombstone") {
      guard let slot = child["slot"].flatMap({ Slot($0) }) else { return false }
      tombstones.append(Tombstone(id: id, slot: slot))
    } else if child.hasLocalName("unprotected") {
      unprotected.insert(id)
    } else {
      return false
    }
    return true
  }

  /// Attributes of other namespaces would lose their declaration.
  fileprivate static func isKeepable(_ name: String) -> Bool { name != "xmlns" && !name.contains(":") }

  fileprivate static func digest(_ text: String) -> Digest? {
    var text = text
    return text.withUTF8 { Digest(text: $0[...]) }
  }

  // MARK: Writing

  /// The element as `virDomainSetMetadata` takes it: libvirt adds namespace and prefix itself.
  package var xml: XMLText { write(prefix: "") }

  /// The element for a definition that is yet to be made.
  package var xmlWithNamespace: XMLText { write(prefix: ManagedState.prefix + ":") }

  private func write(prefix: String) -> XMLText {
    var writer = XMLWriter()
    writer.begin(prefix + "domain")
    if !prefix.isEmpty { writer.attribute("xmlns:" + ManagedState.prefix, ManagedState.namespace) }
    if let generation { writer.attribute("generation", generation.description) }
    if let creationDigest { writer.attribute("creation", creationDigest.description) }
    if let settings { writer.attribute("settings", settings.description) }
    if isProtected { writer.attribute("protected", "yes") }
    if isArmed { writer.attribute("armed", "yes") }
    for (name, value) in unknown.attributes.sorted(by: { $0.key < $1.key }) { writer.attribute(name, value) }
    for binding in bindings { write(binding, prefix, &writer) }
    for id in unprotected.sorted() { writer.element(prefix + "unprotected", ["id": id.text]) }
    for tombstone in tombstones.suffix(ManagedState.tombstoneLimit) {
      writer.element(prefix + "tombstone", ["id": tombstone.id.text, "slot": tombstone.slot.description])
    }
    for text in unknown.elements {
      // A canonical form is XML of our own making; one that is none would have been refused with its document.
      if let element = try? DomainDocument(text).root { ElementDraft(element, prefix: prefix).write(to: &writer) }
    }
    writer.end()
    return writer.finish()
  }

  private func write(_ binding: Binding, _ prefix: String, _ writer: inout XMLWriter) {
    writer.begin(prefix + "device")
    writer.attribute("id", binding.id.text)
    if let alias = binding.alias { writer.attribute("alias", alias) }
    if let key = binding.key { writer.attribute("key", key) }
    if binding.isReference { writer.attribute("reference", "yes") }
    if let content = binding.content { writer.attribute("content", content.description) }
    if let media = binding.media { writer.attribute("media", media.description) }
    if binding.isProtected { writer.attribute("protected", "yes") }
    if binding.isLeaving { writer.attribute("leaving", "yes") }
    for (name, value) in binding.unknown.sorted(by: { $0.key < $1.key }) { writer.attribute(name, value) }
    writer.end()
  }
}

extension ManagedState.Binding {
  fileprivate init(_ element: Element, id: DeviceID) {
    self.init(id: id)
    var known = 1
    func value(_ name: StaticString) -> String? {
      guard let value = element[name] else { return nil }
      known += 1
      return value
    }
    alias = value("alias")
    key = value("key")
    isReference = value("reference") == "yes"
    func digest(_ name: StaticString) -> Digest? {
      guard let digest = element.digest(name) else { return nil }
      known += 1
      return digest
    }
    content = digest("content")
    media = digest("media")
    isProtected = value("protected") == "yes"
    isLeaving = value("leaving") == "yes"
    guard element.attributeRecords.count > known else { return }
    let names: Set<String> = ["id", "alias", "key", "reference", "content", "media", "protected", "leaving"]
    for (name, value) in element.attributes where !names.contains(name) && ManagedState.isKeepable(name) {
      unknown[name] = value
    }
  }
}
