/// A place in an element: `target/@dev`, `source`, `@type`. The catalogue's and the documents' way to name a field.
///
/// No predicates and no wildcards: a path leads through the first child of each name.
package struct FieldPath: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  package let text: String
  let elements: [[UInt8]]
  /// The last component's name where it is an attribute.
  let attribute: [UInt8]?

  package init(_ text: String) {
    self.text = text
    var parts = text.split(separator: "/").map { Array($0.utf8) }
    if let last = parts.last, last.first == UInt8(ascii: "@") {
      attribute = Array(last.dropFirst())
      parts.removeLast()
    } else {
      attribute = nil
    }
    elements = parts
  }

  package init(stringLiteral value: String) { self.init(value) }

  /// `dev` of `target/@dev`.
  package var attributeName: String? { attribute.map { String(decoding: $0, as: UTF8.self) } }

  /// The element: `target` of `target/@dev`.
  var element: FieldPath { FieldPath(elements.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")) }

  /// Whether it is `other` or a place inside the element that `other` names.
  package func isWithin(_ other: FieldPath) -> Bool { self == other || text.hasPrefix(other.text + "/") }

  package var description: String { text }

  /// The last component's name.
  package var name: String { String(decoding: attribute ?? elements.last ?? [], as: UTF8.self) }

  package static func == (left: FieldPath, right: FieldPath) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension Element {
  /// The value at a path: an attribute's, or an element's trimmed text. `nil` where there is no such place.
  package func value(at path: FieldPath) -> String? {
    guard let element = element(at: path) else { return nil }
    guard let attribute = path.attribute else { return element.trimmedText }
    return element.attributeValue(attribute)
  }

  /// The element that a path leads to, or, for an attribute, the element that would carry it.
  package func element(at path: FieldPath) -> Element? {
    var element = self
    for name in path.elements {
      guard let child = element.firstChild(name) else { return nil }
      element = child
    }
    return element
  }

  /// All elements of the path's last name in the first of each name before it.
  package func elements(at path: FieldPath) -> [Element] {
    guard let last = path.elements.last else { return [] }
    var element = self
    for name in path.elements.dropLast() {
      guard let child = element.firstChild(name) else { return [] }
      element = child
    }
    return element.children.filter { $0.named(last) }
  }

  private func firstChild(_ name: [UInt8]) -> Element? {
    for child in children where child.named(name) { return child }
    return nil
  }
}
