import Glibc

extension Element {
  /// Whether both are the same bytes: nothing of one can then differ from the other.
  package func isSpelled(as other: Element) -> Bool { equal(range, other, other.range) }

  /// Whether both start tags are the same bytes.
  package func isTagged(as other: Element) -> Bool {
    equal(
      range.lowerBound..<contentRange.lowerBound, other, other.range.lowerBound..<other.contentRange.lowerBound)
  }

  private func equal(_ own: Range<Int>, _ other: Element, _ theirs: Range<Int>) -> Bool {
    guard own.count == theirs.count else { return false }
    return storage.bytes.withUnsafeBytes { bytes in
      other.storage.bytes.withUnsafeBytes { others in
        guard let start = bytes.baseAddress, let otherStart = others.baseAddress else { return false }
        return memcmp(start + own.lowerBound, otherStart + theirs.lowerBound, own.count) == 0
      }
    }
  }

  /// The value at a path as libvirt keeps it: an attribute's, or all of an element's text with its white space.
  package func exactValue(at path: FieldPath) -> String? {
    guard let element = element(at: path) else { return nil }
    guard let attribute = path.attribute else { return element.text }
    return element.attributeValue(attribute)
  }
}
