import Digests
package import Vocabulary

/// One side of a domain as libvirt returned it, byte for byte (I4), and who returned it.
package struct RecordedSide: Sendable, Hashable {
  package let xml: XMLText
  /// The SHA-256 of `xml`. Made here and nowhere else, so that it cannot disagree.
  package let bytesDigest: Digest
  package let libvirtVersion: Version
  package let hypervisorVersion: Version
  package let recordedAt: Timestamp

  package init(xml: XMLText, libvirtVersion: Version, hypervisorVersion: Version, recordedAt: Timestamp) {
    self.xml = xml
    bytesDigest = Digest(of: xml.bytes)
    self.libvirtVersion = libvirtVersion
    self.hypervisorVersion = hypervisorVersion
    self.recordedAt = recordedAt
  }

  /// - Precondition: `digest` has just been checked against `xml`.
  init(
    xml: XMLText, verified digest: Digest, libvirtVersion: Version, hypervisorVersion: Version, recordedAt: Timestamp
  ) {
    self.xml = xml
    bytesDigest = digest
    self.libvirtVersion = libvirtVersion
    self.hypervisorVersion = hypervisorVersion
    self.recordedAt = recordedAt
  }
}

/// Whose doing a change was.
package enum ChangeOrigin: String, Sendable, Hashable, Codable, CaseIterable {
  case ours, foreign, libvirt, guest
}

/// A revision of a side without its bytes.
package struct Revision: Sendable, Hashable, Codable {
  /// Counts the records of this side of this domain, from 1.
  package let number: Int64
  package let side: Side
  package let bytesDigest: Digest
  package let libvirtVersion: Version
  package let hypervisorVersion: Version
  package let recordedAt: Timestamp
  package let origin: ChangeOrigin
  package let operation: OperationID?
}
