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

  /// Whether both say the same bytes at a path, or both nothing. `false` where only the reading can tell.
  package func hasSame(_ path: FieldPath, as other: Element) -> Bool {
    let (one, two) = (element(at: path), other.element(at: path))
    guard let one, let two else { return one == nil && two == nil }
    guard let name = path.attribute else {
      return !one.hasChildren && !two.hasChildren && equal(one.contentRange, two, two.contentRange)
    }
    let (own, theirs) = (one.attributeRecord(name), two.attributeRecord(name))
    guard let own, let theirs else { return own == nil && theirs == nil }
    let (start, otherStart) = (Int(own.value), Int(theirs.value))
    return equal(
      start..<start + Int(own.valueLength), two, otherStart..<otherStart + Int(theirs.valueLength))
  }

  private func attributeRecord(_ name: [UInt8]) -> AttributeRecord? {
    for record in attributeRecords
    where Int(record.nameLength) == name.count
      && storage.bytes[Int(record.name)..<Int(record.name) + name.count].elementsEqual(name)
    {
      return record
    }
    return nil
  }
}
