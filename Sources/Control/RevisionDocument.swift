package import Vocabulary

/// One record of a side of a domain: what libvirt returned, and who had changed it.
package struct RevisionDocument: Sendable, Codable, Hashable {
  package let side: Side
  /// Counts the records of this side, from 1; `?revision=` of the XML.
  package let number: Int64
  /// SHA-256 of the bytes.
  package let digest: String
  /// Milliseconds since 1970.
  package let recordedAt: Int64
  /// `ours`, `foreign`, `libvirt` or `guest`.
  package let origin: String
  /// The operation that made it, where it was one of ours.
  package let operation: Int64?
  package let libvirt: String
  package let hypervisor: String

  package init(
    side: Side, number: Int64, digest: String, recordedAt: Int64, origin: String, operation: Int64?, libvirt: String,
    hypervisor: String
  ) {
    self.side = side
    self.number = number
    self.digest = digest
    self.recordedAt = recordedAt
    self.origin = origin
    self.operation = operation
    self.libvirt = libvirt
    self.hypervisor = hypervisor
  }
}
