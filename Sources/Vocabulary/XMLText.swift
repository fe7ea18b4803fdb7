/// XML as libvirt returned it or as it is sent to libvirt: bytes, never a `String`.
///
/// `String(cString:)` repairs invalid UTF-8, and a repaired document is no longer what libvirt returned (I4).
package struct XMLText: Sendable, Hashable {
  package let bytes: ContiguousArray<UInt8>

  package init(bytes: ContiguousArray<UInt8>) {
    self.bytes = bytes
  }

  package init(_ bytes: some Sequence<UInt8>) {
    self.bytes = ContiguousArray(bytes)
  }

  package init(_ text: String) {
    bytes = ContiguousArray(text.utf8)
  }

  package var count: Int { bytes.count }

  /// In one piece: an array hashes each of its bytes by itself.
  package func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  /// For showing only. Bytes that are not UTF-8 are replaced, so never store or send this.
  package var shown: String { String(decoding: bytes, as: UTF8.self) }
}
