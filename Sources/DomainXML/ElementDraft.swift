package import Vocabulary

/// An element in the making, for what vmctl itself writes: short forms, chosen fields, addresses. What libvirt
/// returned is never drafted anew, only spliced (`Edit`).
package struct ElementDraft: Sendable {
  package let name: String
  private var attributes: [(name: String, value: String)] = []
  private var text: String
  private var children: [ElementDraft] = []

  package init(_ name: String, text: String = "") {
    self.name = name
    self.text = text
  }

  /// A draft of an existing element, without its comments and layout.
  package init(_ element: Element) {
    name = element.name
    attributes = element.attributes
    text = element.hasChildren ? element.trimmedText : element.text
    children = element.children.map { ElementDraft($0) }
  }

  /// The same under names with a prefix.
  init(_ element: Element, prefix: String) {
    name = prefix + element.name
    attributes = element.attributes
    text = element.hasChildren ? element.trimmedText : element.text
    children = element.children.map { ElementDraft($0, prefix: prefix) }
  }

  /// Sets the value at a path; elements on the way are made where they are missing. A path that ends at an element
  /// sets its text; an empty text makes the element and no more.
  package mutating func set(_ path: FieldPath, _ value: String) {
    set(path.elements[...], path.attribute, value)
  }

  private mutating func set(_ names: ArraySlice<[UInt8]>, _ attribute: [UInt8]?, _ value: String) {
    guard let first = names.first else {
      if let attribute {
        set(attribute: String(decoding: attribute, as: UTF8.self), value)
      } else {
        text = value
      }
      return
    }
    let childName = String(decoding: first, as: UTF8.self)
    let index = children.firstIndex { $0.name == childName } ?? children.count
    if index == children.count { children.append(ElementDraft(childName)) }
    children[index].set(names.dropFirst(), attribute, value)
  }

  package mutating func set(attribute name: String, _ value: String) {
    if let index = attributes.firstIndex(where: { $0.name == name }) {
      attributes[index].value = value
    } else {
      attributes.append((name, value))
    }
  }

  /// Replaces all children of this name by one with these attributes.
  package mutating func replaceChild(_ name: String, attributes: [(name: String, value: String)]) {
    children.removeAll { $0.name == name }
    var child = ElementDraft(name)
    for attribute in attributes { child.set(attribute: attribute.name, attribute.value) }
    children.append(child)
  }

  /// Takes out the element that a path leads to or whose attribute it names.
  package mutating func removeElement(of path: FieldPath) {
    guard let last = path.elements.last else { return }
    change(path.elements.dropLast()[...]) { $0.removeChildren(named: String(decoding: last, as: UTF8.self)) }
  }

  package mutating func removeAttribute(at path: FieldPath) {
    guard let name = path.attribute.map({ String(decoding: $0, as: UTF8.self) }) else { return }
    change(path.elements[...]) { element in element.attributes.removeAll { $0.name == name } }
  }

  /// Changes the element that names lead to, if there is one.
  private mutating func change(_ names: ArraySlice<[UInt8]>, _ body: (inout ElementDraft) -> Void) {
    guard let first = names.first else { return body(&self) }
    guard let index = children.firstIndex(where: { $0.name == String(decoding: first, as: UTF8.self) }) else { return }
    children[index].change(names.dropFirst(), body)
  }

  package mutating func removeChildren(named name: String) {
    children.removeAll { $0.name == name }
  }

  package mutating func append(_ child: ElementDraft) {
    children.append(child)
  }

  /// Adds one more element where a path leads to; what is on the way is made where it is missing.
  package mutating func append(_ child: ElementDraft, at path: FieldPath) {
    append(child, at: path.elements.dropLast()[...])
  }

  private mutating func append(_ child: ElementDraft, at names: ArraySlice<[UInt8]>) {
    guard let first = names.first else { return children.append(child) }
    let name = String(decoding: first, as: UTF8.self)
    let index = children.firstIndex { $0.name == name } ?? children.count
    if index == children.count { children.append(ElementDraft(name)) }
    children[index].append(child, at: names.dropFirst())
  }

  package func write(to writer: inout XMLWriter) {
    writer.begin(name)
    for attribute in attributes { writer.attribute(attribute.name, attribute.value) }
    if !text.isEmpty { writer.content(text) }
    for child in children { child.write(to: &writer) }
    writer.end()
  }

  package var xml: XMLText {
    var writer = XMLWriter()
    write(to: &writer)
    return writer.finish()
  }
}
