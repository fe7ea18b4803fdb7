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
    /// Digest of the medium that was put into the drive last: asserted once (R9).
    package var media: Digest?
    package var isProtected: Bool
    /// Its removal has begun: it was allowed once, and is not asked about again (R2).
    package var isLeaving: Bool
    /// What a newer vmctl wrote of it.
    var unknown: [String: String] = [:]

    package init(
      id: DeviceID, alias: String? = nil, key: String? = nil, isReference: Bool = false, content: Digest? = nil,
      isProtected: Bool = false, isLeaving: Bool = false
    ) {
      self.id = id
      self.alias = alias
      self.key = key
      self.isReference = isReference
      self.content = content
      self.isProtected = isProtected
      self.isLeaving = isLeaving
    }

    /// An id's binding as it was under this id or a former one (R5), with what a newer vmctl wrote of it.
    package init(id: DeviceID, keeping known: Binding?) {
      self.init(id: id, alias: known?.alias, key: known?.key)
      unknown = known?.unknown ?? [:]
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
  /// Digest of the settings that were applied and are only to be reported on since (R8).
  package var settings: Digest?
  package var isProtected: Bool
  /// The guest's next reboot stops the domain, to be started again with what waits (T27).
  package var isArmed = false
  /// Ids whose default protection was taken away (the disk that the domain boots from is protected by default).
  package var unprotected: Set<DeviceID>
  /// In the document's order.
  package var bindings: [Binding]
  /// Oldest first. One whose id is bound again names the slot that the id is to get, or has.
  package var tombstones: [Tombstone]
  /// What a newer vmctl wrote and this one does not know: written back as it is.
  package var unknown = Unknown()

  /// The text that it was read from, so that an equal text need not be read again. Two states are equal whatever they
  /// were read from.
  package var origin = Origin(text: nil)

  package struct Origin: Sendable, Hashable {
    package let text: XMLText?

    package static func == (left: Origin, right: Origin) -> Bool { true }
    package func hash(into hasher: inout Hasher) {}
  }

  package struct Unknown: Sendable, Hashable {
    var attributes: [String: String] = [:]
    /// Elements without prefixes, in canonical form.
    var elements: [XMLText] = []

    package init() {}
  }

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
