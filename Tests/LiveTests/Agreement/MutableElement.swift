import DomainXML
import Vocabulary

/// An element of a document that is changed at random. Comments and layout are not kept: libvirt prints it anew.
final class MutableElement {
  let name: String
  private(set) var attributes: [(name: String, value: String)] = []
  var text = ""
  var children: [MutableElement] = []

  init(_ name: String) { self.name = name }

  init(_ element: Element) {
    name = element.name
    attributes = element.attributes
    text = element.hasChildren ? "" : element.text
    children = element.children.map { MutableElement($0) }
  }

  convenience init(parsing text: String) throws(XMLFault) {
    self.init(try DomainDocument(XMLText(text)).root)
  }

  subscript(attribute: String) -> String? {
    get { attributes.first { $0.name == attribute }?.value }
    set {
      let place = attributes.firstIndex { $0.name == attribute }
      switch (place, newValue) {
      case (let place?, let value?): attributes[place].value = value
      case (let place?, nil): attributes.remove(at: place)
      case (nil, let value?): attributes.append((attribute, value))
      case (nil, nil): break
      }
    }
  }

  func child(_ name: some StringProtocol) -> MutableElement? { children.first { $0.name == name } }

  /// Whether there is an attribute (`@a`) or a child of that name.
  func has(_ step: some StringProtocol) -> Bool {
    step.hasPrefix("@") ? self[String(step.dropFirst())] != nil : child(step) != nil
  }

  /// The element itself and all that is in it.
  var all: [MutableElement] { [self] + children.flatMap(\.all) }

  /// The value of an attribute (`a/b/@c`), or the text of an element.
  func value(at path: String) -> String? {
    var element = self
    for step in path.split(separator: "/") {
      if step.hasPrefix("@") { return element[String(step.dropFirst())] }
      guard let child = element.child(step) else { return nil }
      element = child
    }
    return element.text
  }

  /// Puts a value at a path, with the elements on the way; `nil` takes away what is there.
  func set(_ path: String, to value: String?) {
    var element = self
    let steps = path.split(separator: "/")
    for (index, step) in steps.enumerated() {
      if step.hasPrefix("@") {
        element[String(step.dropFirst())] = value
        return
      }
      if value == nil, index == steps.count - 1 {
        element.children.removeAll { $0.name == step }
        return
      }
      if let child = element.child(step) {
        element = child
      } else {
        if value == nil { return }
        let child = MutableElement(String(step))
        element.children.append(child)
        element = child
      }
    }
    if let value { element.text = value }
  }

  var xml: String {
    let start = "<" + name + attributes.map { " \($0.name)='\(XMLWriter.escape($0.value))'" }.joined()
    if children.isEmpty, text.isEmpty { return start + "/>\n" }
    let content = children.isEmpty ? XMLWriter.escape(text) : "\n" + children.map(\.xml).joined()
    return "\(start)>\(content)</\(name)>\n"
  }
}
