package import Vocabulary

/// Changes to a document, collected as byte ranges and their replacements. All other bytes stay as they are (I4).
package struct Edit: Sendable {
  private struct Splice: Sendable {
    let range: Range<Int>
    let bytes: [UInt8]
    let order: Int

    /// Insertions before what they stand in front of, in the order they came; replacements outermost and last first.
    var rank: (Int, Int, Int, Int) {
      range.isEmpty ? (range.lowerBound, 0, 0, order) : (range.lowerBound, 1, -range.upperBound, -order)
    }
  }

  private let document: DomainDocument
  private var splices: [Splice] = []
  /// What is added to a parent, by the parent: several additions to `<devices/>` open its tag once.
  private var additions: [Int32: [XMLText]] = [:]
  /// Attributes that an element does not have yet.
  private var newAttributes: [Int32: [(name: String, value: String)]] = [:]

  package init(_ document: DomainDocument) {
    self.document = document
  }

  package var isEmpty: Bool { splices.isEmpty && additions.isEmpty && newAttributes.isEmpty }

  /// Replaces an element by another.
  package mutating func replace(_ element: Element, with xml: XMLText) {
    splice(element.range, Array(xml.bytes))
  }

  /// Sets an attribute, in place where it exists, else behind the last one. The last value given stands.
  package mutating func set(_ name: String, to value: String, on element: Element) {
    if let attribute = element.attributeRecord(named: name) {
      let start = Int(attribute.value)
      splice(start..<start + Int(attribute.valueLength), Array(XMLWriter.escape(value).utf8))
      return
    }
    var added = newAttributes[element.index, default: []]
    if let place = added.firstIndex(where: { $0.name == name }) {
      added[place].value = value
    } else {
      added.append((name, value))
    }
    newAttributes[element.index] = added
  }

  package mutating func removeAttribute(_ name: String, of element: Element) {
    guard let attribute = element.attributeRecord(named: name) else { return }
    var start = Int(attribute.name)
    while start > 0, isWhiteSpace(document.storage.bytes[start - 1]) { start -= 1 }
    splice(start..<Int(attribute.value) + Int(attribute.valueLength) + 1, [])
  }

  /// Replaces everything inside an element by a text.
  package mutating func setText(_ text: String, of element: Element) {
    let escaped = XMLWriter.escape(text)
    if element.isEmptyTag {
      splice(element.range.upperBound - 2..<element.range.upperBound, Array(">\(escaped)</\(element.name)>".utf8))
    } else {
      splice(element.contentRange, Array(escaped.utf8))
    }
  }

  /// Removes an element with the white space before it, so that no empty line stays behind.
  package mutating func remove(_ element: Element) {
    var start = element.range.lowerBound
    while start > 0, isWhiteSpace(document.storage.bytes[start - 1]) { start -= 1 }
    splice(start..<element.range.upperBound, [])
  }

  /// Adds XML as the last child of an element, on a line of its own.
  package mutating func append(_ xml: XMLText, to parent: Element) {
    additions[parent.index, default: []].append(xml)
  }

  /// Adds XML behind an element, on a line of its own.
  package mutating func insert(_ xml: XMLText, after sibling: Element) {
    let position = sibling.range.upperBound
    splice(position..<position, line(xml, indentation(of: sibling)))
  }

  /// The edited document, indexed anew. Throws where what was spliced in is not XML.
  package func apply(limits: Limits = .libvirt) throws(XMLFault) -> DomainDocument {
    try DomainDocument(text(), limits: limits)
  }

  /// The edited bytes. Of splices that overlap (an attribute of an element that is removed) the outer one stands, of
  /// those that replace the same bytes the last; what is inserted before a removed element stays.
  package func text() -> XMLText {
    let sorted = (splices + collected).sorted { $0.rank < $1.rank }
    var bytes: ContiguousArray<UInt8> = []
    let source = document.storage.bytes
    var position = 0
    for splice in sorted where splice.range.lowerBound >= position {
      bytes.append(contentsOf: source[position..<splice.range.lowerBound])
      bytes.append(contentsOf: splice.bytes)
      position = splice.range.upperBound
    }
    bytes.append(contentsOf: source[position...])
    return XMLText(bytes: bytes)
  }

  /// The splices of what was gathered by element.
  private var collected: [Splice] {
    var made: [Splice] = []
    for (index, attributes) in newAttributes {
      let element = Element(storage: document.storage, index: index)
      let position = element.attributeRecords.last.map { Int($0.value) + Int($0.valueLength) + 1 } ?? element.nameEnd
      let text = attributes.map { " \($0.name)='\(XMLWriter.escape($0.value))'" }.joined()
      made.append(Splice(range: position..<position, bytes: Array(text.utf8), order: splices.count))
    }
    for (index, children) in additions {
      made.append(addition(children, to: Element(storage: document.storage, index: index)))
    }
    return made
  }

  private func addition(_ children: [XMLText], to parent: Element) -> Splice {
    let indent = indentation(of: parent)
    let lines = children.flatMap { line($0, indent + "  ") }
    let order = splices.count + 1
    if parent.isEmptyTag {
      let bytes = Array(">".utf8) + lines + Array("\n\(indent)</\(parent.name)>".utf8)
      return Splice(range: parent.range.upperBound - 2..<parent.range.upperBound, bytes: bytes, order: order)
    }
    let content = parent.contentRange
    var position = content.upperBound
    while position > content.lowerBound, isWhiteSpace(document.storage.bytes[position - 1]) { position -= 1 }
    let closing = position == content.upperBound ? Array("\n\(indent)".utf8) : []
    return Splice(range: position..<position, bytes: lines + closing, order: order)
  }

  private mutating func splice(_ range: Range<Int>, _ bytes: [UInt8]) {
    splices.append(Splice(range: range, bytes: bytes, order: splices.count))
  }

  /// libvirt writes each element on its own line: the white space before the tag is its indentation.
  private func indentation(of element: Element) -> String {
    var start = element.range.lowerBound
    while start > 0, document.storage.bytes[start - 1] == UInt8(ascii: " ") { start -= 1 }
    return String(repeating: " ", count: element.range.lowerBound - start)
  }

  private func line(_ xml: XMLText, _ indent: String) -> [UInt8] {
    Array("\n\(indent)".utf8) + xml.bytes
  }
}
