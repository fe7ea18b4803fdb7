package import Vocabulary

/// An XML document as it was given, with an index over its bytes. It never changes: an `Edit` yields another one.
///
/// Made for what libvirt returns, so nothing is lost, reordered or requoted (I4): `text` is what came in. The index
/// costs 1.3 × the text; keep digests and bytes, and let a document live for one pass.
package struct DomainDocument: Sendable {
  final class Storage: Sendable {
    let bytes: ContiguousArray<UInt8>
    let elements: ContiguousArray<ElementRecord>
    let attributes: ContiguousArray<AttributeRecord>

    init(
      bytes: ContiguousArray<UInt8>, elements: ContiguousArray<ElementRecord>,
      attributes: ContiguousArray<AttributeRecord>
    ) {
      self.bytes = bytes
      self.elements = elements
      self.attributes = attributes
    }
  }

  let storage: Storage

  /// Throws where libxml2 finds the text not well-formed, where it has a DTD, another encoding than UTF-8, a NUL
  /// byte, or more than `limits` allow.
  package init(_ text: XMLText, limits: Limits = .libvirt) throws(XMLFault) {
    // What was read under these limits before is read already.
    if limits == .libvirt, let known = RecentDocuments.shared.find(text.bytes) {
      storage = known
      return
    }
    let scanned: Result<Scanner, XMLFault> = text.bytes.withUnsafeBufferPointer { bytes in
      do throws(XMLFault) {
        try Judge.check(bytes, limits: limits)
        var scanner = Scanner(bytes, limits: limits)
        try scanner.scan()
        return .success(scanner)
      } catch {
        return .failure(error)
      }
    }
    let scanner = try scanned.get()
    storage = Storage(bytes: text.bytes, elements: scanner.elements, attributes: scanner.attributes)
    if limits == .libvirt { RecentDocuments.shared.remember(storage) }
  }

  /// The bytes that came in.
  package var text: XMLText { XMLText(bytes: storage.bytes) }

  package var root: Element { Element(storage: storage, index: 0) }

  /// All elements in document order.
  package var elements: some Sequence<Element> {
    storage.elements.indices.lazy.map { Element(storage: storage, index: Int32($0)) }
  }
}

extension DomainDocument: Hashable {
  package static func == (left: DomainDocument, right: DomainDocument) -> Bool {
    left.storage === right.storage || left.storage.bytes == right.storage.bytes
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(storage.bytes)
  }
}
