package import Vocabulary

/// What vmctl keeps in a domain's `<metadata>` on both sides: only what the rest of the XML does not say (B2).
/// The store can be lost and rebuilt from it.
package struct ManagedState: Sendable, Hashable {
  /// An id that a document named, and the device it stands for.
  package struct Binding: Sendable, Hashable {
    package let id: DeviceID
    /// The device's alias where it is not the id's own (R5: a renamed id keeps its device's alias).
    package var alias: String?
    /// A natural key, where the device has no alias to be found by: a reference, or a kind without aliases.
    package var key: String?
    /// Borrowed: not ours to remove (R3).
    package var isReference: Bool
    /// Digest of what the document stated when it was applied.
    package var content: Digest?
    package var isProtected: Bool

    package init(
      id: DeviceID, alias: String? = nil, key: String? = nil, isReference: Bool = false, content: Digest? = nil,
      isProtected: Bool = false
    ) {
      self.id = id
      self.alias = alias
      self.key = key
      self.isReference = isReference
      self.content = content
      self.isProtected = isProtected
    }

    package var deviceAlias: String { alias ?? id.alias }
  }

  /// A slot that a removed device had: not given to another id while any other fits, and its own id gets it back.
  package struct Tombstone: Sendable, Hashable {
    package let id: DeviceID
    package let slot: Slot

    package init(id: DeviceID, slot: Slot) {
      self.id = id
      self.slot = slot
    }
  }

  /// The namespace of our element. The prefix is ours to choose, the URI is not to be changed.
  package static let namespace = "urn:vmctl:domain:1"
  package static let prefix = "vmctl"
  /// How many tombstones are kept: the newest.
  package static let tombstoneLimit = 64

  package var generation: Generation?
  package var creationDigest: Digest?
  package var isProtected: Bool
  /// Ids whose default protection was taken away (the disk that the domain boots from is protected by default).
  package var unprotected: Set<DeviceID>
  /// In the document's order.
  package var bindings: [Binding]
  /// Oldest first.
  package var tombstones: [Tombstone]

  package init(
    generation: Generation? = nil, creationDigest: Digest? = nil, isProtected: Bool = false,
    unprotected: Set<DeviceID> = [], bindings: [Binding] = [], tombstones: [Tombstone] = []
  ) {
    self.generation = generation
    self.creationDigest = creationDigest
    self.isProtected = isProtected
    self.unprotected = unprotected
    self.bindings = bindings
    self.tombstones = tombstones
  }

  package func binding(of id: DeviceID) -> Binding? { bindings.first { $0.id == id } }
}

extension ManagedState {
  /// Reads our element; `nil` where the definition has none. What a newer vmctl wrote and this one does not know is
  /// passed over.
  package init?(in definition: DomainDefinition) {
    guard let element = definition.metadata(namespace: ManagedState.namespace) else { return nil }
    self.init(element)
  }

  package init(_ element: Element) {
    func digest(_ text: String?) -> Digest? { text.flatMap { Digest(hexadecimal: $0.dropFirst("sha256:".count)) } }
    var bindings: [Binding] = []
    var tombstones: [Tombstone] = []
    var unprotected: Set<DeviceID> = []
    for child in element.children {
      guard let id = child["id"].flatMap({ DeviceID($0) }) else { continue }
      switch child.localName {
      case "device":
        bindings.append(
          Binding(
            id: id, alias: child["alias"], key: child["key"], isReference: child["reference"] == "yes",
            content: digest(child["content"]), isProtected: child["protected"] == "yes"))
      case "unprotected": unprotected.insert(id)
      case "tombstone":
        if let slot = child["slot"].flatMap({ Slot($0) }) { tombstones.append(Tombstone(id: id, slot: slot)) }
      default: continue
      }
    }
    self.init(
      generation: element["generation"].flatMap { Int64($0) }.map { Generation($0) },
      creationDigest: digest(element["creation"]), isProtected: element["protected"] == "yes",
      unprotected: unprotected, bindings: bindings, tombstones: tombstones)
  }

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
    if isProtected { writer.attribute("protected", "yes") }
    for binding in bindings {
      writer.element(
        prefix + "device",
        [
          "id": binding.id.text, "alias": binding.alias, "key": binding.key,
          "reference": binding.isReference ? "yes" : nil, "content": binding.content?.description,
          "protected": binding.isProtected ? "yes" : nil,
        ])
    }
    for id in unprotected.sorted() { writer.element(prefix + "unprotected", ["id": id.text]) }
    for tombstone in tombstones.suffix(ManagedState.tombstoneLimit) {
      writer.element(prefix + "tombstone", ["id": tombstone.id.text, "slot": tombstone.slot.description])
    }
    writer.end()
    return writer.finish()
  }
}
