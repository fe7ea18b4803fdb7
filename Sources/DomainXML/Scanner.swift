/// One element of the index: where it stands in the bytes and in the tree. Elements are kept in document order, so
/// a subtree is one run: first child = index + 1, next sibling = `subtreeEnd`.
struct ElementRecord: Sendable {
  /// Of the `<` of the start tag.
  var start: UInt32
  /// One behind the `>` of the start tag.
  var openEnd: UInt32
  /// Of the `<` of the end tag; equal to `openEnd` for an empty-element tag.
  var closeStart: UInt32
  /// One behind the element's last byte.
  var end: UInt32
  var parent: Int32
  var subtreeEnd: Int32
  var firstAttribute: Int32
  var nameLength: UInt16
  var attributeCount: UInt16
}

struct AttributeRecord: Sendable {
  var name: UInt32
  var value: UInt32
  var valueLength: UInt32
  var nameLength: UInt16
  /// Whether the value holds a reference or white space that XML normalises.
  var escaped: Bool
}

/// Indexes text that libxml2 has found well-formed. It therefore checks nothing but its own limits.
struct Scanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let limits: Limits
  private var position = 0
  private(set) var elements: ContiguousArray<ElementRecord> = []
  private(set) var attributes: ContiguousArray<AttributeRecord> = []

  init(_ bytes: UnsafeBufferPointer<UInt8>, limits: Limits) {
    self.bytes = bytes
    self.limits = limits
    elements.reserveCapacity(bytes.count / 48 + 8)
    attributes.reserveCapacity(bytes.count / 20 + 8)
  }

  mutating func scan() throws(XMLFault) {
    var open: Int32 = -1
    var depth = 0
    while let next = find(UInt8(ascii: "<"), from: position) {
      position = next
      guard next + 1 < bytes.count else { return }
      switch bytes[next + 1] {
      case UInt8(ascii: "!"):
        if next + 3 < bytes.count, bytes[next + 2] == UInt8(ascii: "-") {
          skip(past: "-->", from: next + 4)
        } else {
          skip(past: "]]>", from: next + 9)
        }
      case UInt8(ascii: "?"):
        skip(past: "?>", from: next + 2)
      case UInt8(ascii: "/"):
        guard open >= 0, let close = find(UInt8(ascii: ">"), from: next) else { return }
        finish(Int(open), tagStart: next, end: close + 1)
        open = elements[Int(open)].parent
        depth -= 1
        position = close + 1
      default:
        let empty = try startTag(parent: open)
        if empty { continue }
        open = Int32(elements.count - 1)
        depth += 1
        if depth > limits.depth {
          throw XMLFault(.tooDeep, "elements are nested more than \(limits.depth) deep", line: line(at: next))
        }
      }
    }
  }

  private mutating func finish(_ index: Int, tagStart: Int, end: Int) {
    elements[index].closeStart = UInt32(tagStart)
    elements[index].end = UInt32(end)
    elements[index].subtreeEnd = Int32(elements.count)
  }

  /// Reads the start tag at `position`; returns whether it is an empty-element tag.
  private mutating func startTag(parent: Int32) throws(XMLFault) -> Bool {
    let start = position
    if elements.count >= limits.elements {
      throw XMLFault(.tooMany, "the document has more than \(limits.elements) elements", line: line(at: start))
    }
    position += 1
    let nameEnd = endOfName(from: position)
    var record = ElementRecord(
      start: UInt32(start), openEnd: 0, closeStart: 0, end: 0, parent: parent, subtreeEnd: Int32(elements.count + 1),
      firstAttribute: Int32(attributes.count), nameLength: UInt16(truncatingIfNeeded: nameEnd - position),
      attributeCount: 0)
    position = nameEnd
    while true {
      skipWhiteSpace()
      let byte = bytes[position]
      if byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">") {
        let empty = byte == UInt8(ascii: "/")
        position += empty ? 2 : 1
        record.openEnd = UInt32(position)
        record.closeStart = UInt32(position)
        record.end = UInt32(position)
        elements.append(record)
        return empty
      }
      attribute()
      record.attributeCount += 1
      if Int(record.attributeCount) > limits.attributesPerElement {
        throw XMLFault(
          .tooMany, "an element has more than \(limits.attributesPerElement) attributes", line: line(at: start))
      }
    }
  }

  private mutating func attribute() {
    let name = position
    let nameEnd = endOfName(from: position)
    position = nameEnd
    while bytes[position] != UInt8(ascii: "'"), bytes[position] != UInt8(ascii: "\"") { position += 1 }
    let quote = bytes[position]
    let value = position + 1
    var escaped = false
    position = value
    while bytes[position] != quote {
      let byte = bytes[position]
      if byte == UInt8(ascii: "&") || byte < 0x20 { escaped = true }
      position += 1
    }
    attributes.append(
      AttributeRecord(
        name: UInt32(name), value: UInt32(value), valueLength: UInt32(position - value),
        nameLength: UInt16(truncatingIfNeeded: nameEnd - name), escaped: escaped))
    position += 1
  }

  private func endOfName(from start: Int) -> Int {
    var end = start
    while true {
      switch bytes[end] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "/"),
        UInt8(ascii: ">"), UInt8(ascii: "="):
        return end
      default: end += 1
      }
    }
  }

  private mutating func skipWhiteSpace() {
    while isWhiteSpace(bytes[position]) { position += 1 }
  }

  private func find(_ byte: UInt8, from start: Int) -> Int? {
    var index = start
    while index < bytes.count {
      if bytes[index] == byte { return index }
      index += 1
    }
    return nil
  }

  private mutating func skip(past mark: StaticString, from start: Int) {
    let length = mark.utf8CodeUnitCount
    var index = start
    while index + length <= bytes.count {
      if (0..<length).allSatisfy({ bytes[index + $0] == mark.utf8Start[$0] }) {
        position = index + length
        return
      }
      index += 1
    }
    position = bytes.count
  }

  private func line(at offset: Int) -> Int {
    bytes[..<offset].reduce(1) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
  }
}

@inline(__always) func isWhiteSpace(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
