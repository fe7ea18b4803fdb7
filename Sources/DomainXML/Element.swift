package import Vocabulary

/// A view of one element of a document: two words, no copy.
package struct Element: Sendable {
  let storage: DomainDocument.Storage
  let index: Int32

  private var record: ElementRecord { storage.elements[Int(index)] }

  /// The name with its prefix, as written.
  package var name: String { string(Int(record.start) + 1, Int(record.nameLength)) }

  package func named(_ name: StaticString) -> Bool {
    let record = record
    return Int(record.nameLength) == name.utf8CodeUnitCount
      && equal(Int(record.start) + 1, UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  func named(_ name: [UInt8]) -> Bool {
    let record = record
    return Int(record.nameLength) == name.count
      && name.withUnsafeBufferPointer { equal(Int(record.start) + 1, $0) }
  }

  /// The decoded value of an attribute.
  package subscript(_ name: StaticString) -> String? {
    attribute(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)).map(value)
  }

  /// The decoded value of an attribute whose name is known at run time only.
  package func attribute(named name: String) -> String? {
    var name = name
    return name.withUTF8 { attribute($0).map(value) }
  }

  /// Whether the attribute is there with this value.
  package func holds(_ name: StaticString, _ value: String) -> Bool {
    guard let attribute = attribute(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)) else {
      return false
    }
    if attribute.escaped { return self.value(attribute) == value }
    var value = value
    return value.withUTF8 { Int(attribute.valueLength) == $0.count && equal(Int(attribute.value), $0) }
  }

  /// An attribute that holds a number, decimal or with `0x`; `nil` where it is absent or none.
  package func number(_ name: StaticString) -> UInt64? {
    guard let attribute = attribute(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)) else {
      return nil
    }
    if attribute.escaped { return parseNumber(value(attribute)) }
    return storage.bytes.withUnsafeBufferPointer { bytes in
      var position = Int(attribute.value)
      let end = position + Int(attribute.valueLength)
      var radix: UInt64 = 10
      if end - position > 2, bytes[position] == UInt8(ascii: "0"), bytes[position + 1] | 0x20 == UInt8(ascii: "x") {
        position += 2
        radix = 16
      }
      guard position < end else { return nil }
      var number: UInt64 = 0
      while position < end {
        guard let value = hexValue(bytes[position]), value < radix else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: radix)
        let (sum, carry) = product.addingReportingOverflow(UInt64(value))
        if overflow || carry { return nil }
        number = sum
        position += 1
      }
      return number
    }
  }

  /// An attribute that holds `sha256:` and 64 digits; `nil` where it is absent or none. Read from the bytes: a domain's
  /// metadata has one for each device, and all are read for every plan.
  func digest(_ name: StaticString) -> Digest? {
    guard let attribute = attribute(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)),
      !attribute.escaped
    else { return nil }
    return storage.bytes.withUnsafeBufferPointer { bytes in
      let start = Int(attribute.value)
      return Digest(text: bytes[start..<start + Int(attribute.valueLength)])
    }
  }

  func attributeValue(_ name: [UInt8]) -> String? {
    name.withUnsafeBufferPointer { attribute($0).map(value) }
  }

  /// Names and decoded values in document order.
  package var attributes: [(name: String, value: String)] {
    attributeRecords.map { (string(Int($0.name), Int($0.nameLength)), value($0)) }
  }

  var attributeRecords: ArraySlice<AttributeRecord> {
    let record = record
    let first = Int(record.firstAttribute)
    return storage.attributes[first..<first + Int(record.attributeCount)]
  }

  func attributeRecord(named name: String) -> AttributeRecord? {
    var name = name
    return name.withUTF8 { attribute($0) }
  }

  private func attribute(_ name: UnsafeBufferPointer<UInt8>) -> AttributeRecord? {
    let record = record
    let first = Int(record.firstAttribute)
    for index in first..<first + Int(record.attributeCount) {
      let attribute = storage.attributes[index]
      if Int(attribute.nameLength) == name.count, equal(Int(attribute.name), name) { return attribute }
    }
    return nil
  }

  private func value(_ attribute: AttributeRecord) -> String {
    let start = Int(attribute.value)
    guard attribute.escaped else { return string(start, Int(attribute.valueLength)) }
    return decodeReferences(storage.bytes[start..<start + Int(attribute.valueLength)], inAttribute: true)
  }

  package var parent: Element? {
    record.parent < 0 ? nil : Element(storage: storage, index: record.parent)
  }

  package var children: Children { Children(storage: storage, position: index + 1, end: record.subtreeEnd) }

  package func child(_ name: StaticString) -> Element? {
    for child in children where child.named(name) { return child }
    return nil
  }

  package func children(named name: StaticString) -> [Element] {
    children.filter { $0.named(name) }
  }

  package var hasChildren: Bool { record.subtreeEnd > index + 1 }

  /// The decoded character data directly inside the element, without that of its children and without comments.
  package var text: String {
    let record = record
    if record.openEnd == record.closeStart { return "" }
    let plain = storage.bytes[Int(record.openEnd)..<Int(record.closeStart)]
    if !hasChildren, !plain.contains(where: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: "<") || $0 == 13 }) {
      return String(decoding: plain, as: UTF8.self)
    }
    var text = ""
    var position = Int(record.openEnd)
    for child in children {
      text += characterData(position..<Int(child.record.start))
      position = Int(child.record.end)
    }
    return text + characterData(position..<Int(record.closeStart))
  }

  /// `text` without surrounding white space: how libvirt itself reads numbers and words.
  package var trimmedText: String {
    let text = text
    var bytes = text.utf8[...]
    while let first = bytes.first, isWhiteSpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isWhiteSpace(last) { bytes.removeLast() }
    return bytes.count == text.utf8.count ? text : String(Substring(bytes))
  }

  /// The bytes of the whole element in the document.
  package var range: Range<Int> { Int(record.start)..<Int(record.end) }
  /// The bytes between the start tag and the end tag.
  package var contentRange: Range<Int> { Int(record.openEnd)..<Int(record.closeStart) }
  /// Whether it is written as `<name/>`.
  package var isEmptyTag: Bool { record.closeStart == record.end }
  var nameEnd: Int { Int(record.start) + 1 + Int(record.nameLength) }

  /// The element as a text of its own, byte for byte.
  package var source: XMLText { XMLText(bytes: ContiguousArray(storage.bytes[range])) }

  /// The namespace that the element's prefix (or the default) is bound to here. Compare namespaces by URI: a writer
  /// may choose any prefix.
  package var namespaceURI: String? {
    let name = name
    let parts = name.split(separator: ":", maxSplits: 1)
    let declaration = parts.count == 2 ? "xmlns:" + parts[0] : "xmlns"
    var element: Element? = self
    while let current = element {
      if let uri = current.attribute(named: declaration) { return uri }
      element = current.parent
    }
    return nil
  }

  /// The name without its prefix.
  package var localName: String {
    let start = localNameStart
    return string(start, nameEnd - start)
  }

  package func hasLocalName(_ name: StaticString) -> Bool {
    let start = localNameStart
    return nameEnd - start == name.utf8CodeUnitCount
      && equal(start, UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  private var localNameStart: Int {
    let start = Int(record.start) + 1
    for position in start..<nameEnd where storage.bytes[position] == UInt8(ascii: ":") { return position + 1 }
    return start
  }

  private func characterData(_ range: Range<Int>) -> String {
    var text = ""
    var position = range.lowerBound
    while position < range.upperBound {
      guard let mark = storage.bytes[position..<range.upperBound].firstIndex(of: UInt8(ascii: "<")) else {
        return text + decodeReferences(storage.bytes[position..<range.upperBound], inAttribute: false)
      }
      text += decodeReferences(storage.bytes[position..<mark], inAttribute: false)
      let rest = storage.bytes[mark..<range.upperBound]
      if rest.starts(with: "<![CDATA[".utf8) {
        let end = firstIndex(of: "]]>", in: mark + 9..<range.upperBound)
        text += String(decoding: storage.bytes[mark + 9..<end], as: UTF8.self)
        position = end + 3
      } else if rest.starts(with: "<!--".utf8) {
        position = firstIndex(of: "-->", in: mark + 4..<range.upperBound) + 3
      } else {
        position = firstIndex(of: "?>", in: mark + 2..<range.upperBound) + 2
      }
    }
    return text
  }

  private func firstIndex(of mark: StaticString, in range: Range<Int>) -> Int {
    let length = mark.utf8CodeUnitCount
    var index = range.lowerBound
    while index + length <= range.upperBound {
      if equal(index, UnsafeBufferPointer(start: mark.utf8Start, count: length)) { return index }
      index += 1
    }
    return range.upperBound
  }

  @inline(__always) private func equal(_ start: Int, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
    for offset in 0..<other.count where storage.bytes[start + offset] != other[offset] { return false }
    return true
  }

  private func string(_ start: Int, _ length: Int) -> String {
    String(decoding: storage.bytes[start..<start + length], as: UTF8.self)
  }
}

extension Element {
  /// The direct children of an element, in document order.
  package struct Children: Sequence, IteratorProtocol, Sendable {
    let storage: DomainDocument.Storage
    var position: Int32
    let end: Int32

    package mutating func next() -> Element? {
      guard position < end else { return nil }
      let element = Element(storage: storage, index: position)
      position = storage.elements[Int(position)].subtreeEnd
      return element
    }
  }
}

/// Character and predefined entity references resolved; line ends (and in attributes all white space) normalised as
/// XML 1.0 sections 2.11 and 3.3.3 say.
func decodeReferences(_ bytes: some RandomAccessCollection<UInt8>, inAttribute: Bool) -> String {
  var decoded: [UInt8] = []
  decoded.reserveCapacity(bytes.count)
  var index = bytes.startIndex
  while index < bytes.endIndex {
    let byte = bytes[index]
    let next = bytes.index(after: index)
    switch byte {
    case UInt8(ascii: "&"):
      guard let end = bytes[index...].firstIndex(of: UInt8(ascii: ";")) else {
        decoded.append(byte)
        index = next
        continue
      }
      decoded.append(contentsOf: reference(String(decoding: bytes[next..<end], as: UTF8.self)))
      index = bytes.index(after: end)
      continue
    case 13:
      if next == bytes.endIndex || bytes[next] != 10 { decoded.append(inAttribute ? 32 : 10) }
    case 9, 10: decoded.append(inAttribute ? 32 : byte)
    default: decoded.append(byte)
    }
    index = next
  }
  return String(decoding: decoded, as: UTF8.self)
}

private func reference(_ name: String) -> [UInt8] {
  switch name {
  case "lt": return [UInt8(ascii: "<")]
  case "gt": return [UInt8(ascii: ">")]
  case "amp": return [UInt8(ascii: "&")]
  case "quot": return [UInt8(ascii: "\"")]
  case "apos": return [UInt8(ascii: "'")]
  default:
    let digits = name.dropFirst()
    let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    guard let number, let scalar = Unicode.Scalar(number) else { return [] }
    return Array(String(Character(scalar)).utf8)
  }
}
