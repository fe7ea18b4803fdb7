package import Vocabulary

/// Changes to a document, collected as byte ranges and their replacements. All other bytes stay as they are (I4).
package struct Edit: Sendable {
  private struct Splice: Sendable {
    let range: Range<Int>
    let bytes: [UInt8]
    let order: Int
  }

  private let document: DomainDocument
  private var splices: [Splice] = []

  package init(_ document: DomainDocument) {
    self.document = document
  }

  package var isEmpty: Bool { splices.isEmpty }

  /// Replaces an element by another.
  package mutating func replace(_ element: Element, with xml: XMLText) {
    splice(element.range, Array(xml.bytes))
  }

  /// Sets an attribute, in place where it exists, else behind the last one.
  package mutating func set(_ name: String, to value: String, on element: Element) {
    if let attribute = element.attributeRecord(named: name) {
      let start = Int(attribute.value)
      splice(start..<start + Int(attribute.valueLength), Array(XMLWriter.escape(value).utf8))
      return
    }
    let position = element.attributeRecords.last.map { Int($0.value) + Int($0.valueLength) + 1 } ?? element.nameEnd
    splice(position..<position, Array(" \(name)='\(XMLWriter.escape(value))'".utf8))
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
    let indent = indentation(of: parent)
    if parent.isEmptyTag {
      let bytes = Array(">".utf8) + line(xml, indent + "  ") + Array("\n\(indent)</\(parent.name)>".utf8)
      splice(parent.range.upperBound - 2..<parent.range.upperBound, bytes)
      return
    }
    var position = parent.contentRange.upperBound
    while position > parent.contentRange.lowerBound, isWhiteSpace(document.storage.bytes[position - 1]) {
      position -= 1
    }
    let closing = position == parent.contentRange.upperBound ? Array("\n\(indent)".utf8) : []
    splice(position..<position, line(xml, indent + "  ") + closing)
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

  /// The edited bytes. Of splices that overlap (an attribute of an element that is removed) the outer one stands.
  package func text() -> XMLText {
    let sorted = splices.sorted {
      ($0.range.lowerBound, -$0.range.upperBound, $0.order) < ($1.range.lowerBound, -$1.range.upperBound, $1.order)
    }
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
