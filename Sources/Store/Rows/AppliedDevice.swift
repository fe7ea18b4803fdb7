package import Vocabulary

/// An id of the document that was applied last. The removal set is computed from these (R3).
package struct AppliedDevice: Sendable, Hashable, Codable {
  package let id: DeviceID
  package var kind: String
  package var alias: String
  /// Borrowed by `reference:`: unbound, never detached, when it leaves the list.
  package var isReference: Bool
  package var isProtected: Bool
  package var appliedXMLDigest: Digest
  package var generation: Generation

  package init(
    id: DeviceID, kind: String, alias: String, isReference: Bool = false, isProtected: Bool = false,
    appliedXMLDigest: Digest, generation: Generation
  ) {
    self.id = id
    self.kind = kind
    self.alias = alias
    self.isReference = isReference
    self.isProtected = isProtected
    self.appliedXMLDigest = appliedXMLDigest
    self.generation = generation
  }
}
