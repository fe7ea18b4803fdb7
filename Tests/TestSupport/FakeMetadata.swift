import DomainXML
import Libvirt
import Vocabulary

/// `virDomainSetMetadata` and `virDomainGetMetadata` on one definition.
enum FakeMetadata {
  private static let function = "virDomainSetMetadata"

  /// The definition with the namespace's element set or, with `nil`, removed. Other bytes stay.
  static func set(_ element: XMLText?, prefix: String, uri: String, in text: XMLText) throws(LibvirtError) -> XMLText {
    let document = try FakeDefinition.parse(text, function)
    var edit = Edit(document)
    let metadata = document.root.child("metadata")
    let old = metadata?.children.first { $0.namespaceURI == uri }
    guard let element else {
      guard let metadata, let old else { return text }
      edit.remove(Array(metadata.children).count == 1 ? metadata : old)
      return edit.text()
    }
    let new = try prefixed(element, prefix: prefix, uri: uri)
    if let old {
      edit.replace(old, with: LibvirtStyle.indented(new))
    } else if let metadata {
      edit.append(LibvirtStyle.indented(new), to: metadata)
    } else {
      guard
        let before = ["description", "title", "genid", "uuid"].lazy.compactMap({ name in
          document.root.children.first { $0.name == name }
        }).first
      else { throw .internal("a definition without a UUID", function) }
      let block = "<metadata>\n  " + LibvirtStyle.indented(new, by: 2).shown + "\n</metadata>"
      edit.insert(LibvirtStyle.indented(XMLText(block), by: 2), after: before)
    }
    return edit.text()
  }

  /// The namespace's element without its prefix.
  static func get(uri: String, in text: XMLText) throws(LibvirtError) -> XMLText? {
    let document = try FakeDefinition.parse(text, "virDomainGetMetadata")
    guard let element = document.root.child("metadata")?.children.first(where: { $0.namespaceURI == uri })
    else { return nil }
    return XMLText(write(element, name: \.localName, declaration: nil, indent: ""))
  }

  /// `<metadata>` as libvirt prints it: its elements are what somebody wrote, put on lines of their own.
  static func printed(_ metadata: Element) -> XMLText {
    let elements = metadata.children.map { write($0, name: \.name, declaration: nil, keepsAll: true, indent: "    ") }
    return XMLText("<metadata>\n" + elements.joined(separator: "\n") + "\n  </metadata>")
  }

  /// libvirt gives the prefix to every element that has none.
  private static func prefixed(_ element: XMLText, prefix: String, uri: String) throws(LibvirtError) -> XMLText {
    let root = try FakeDefinition.parse(element, function).root
    return XMLText(
      write(
        root, name: { $0.name.contains(":") ? $0.name : prefix + ":" + $0.name }, declaration: (prefix, uri), indent: ""
      ))
  }

  /// As libxml2 writes, which libvirt leaves metadata to: double quotes, and no declaration of the namespace that is
  /// taken off.
  private static func write(
    _ element: Element, name: (Element) -> String, declaration: (prefix: String, uri: String)?,
    keepsAll: Bool = false, indent: String
  ) -> String {
    let tag = name(element)
    var text = indent + "<" + tag
    if let declaration { text += " xmlns:\(declaration.prefix)=\"\(declaration.uri)\"" }
    for (key, value) in element.attributes where declaration != nil || keepsAll || !key.hasPrefix("xmlns:") {
      text += " \(key)=\"\(XMLWriter.escape(value).replacing("&apos;", with: "'"))\""
    }
    let children = Array(element.children)
    if children.isEmpty {
      let content = XMLWriter.escape(element.text).replacing("&apos;", with: "'").replacing("&quot;", with: "\"")
      return content.isEmpty ? text + "/>" : text + ">\(content)</\(tag)>"
    }
    let inner = children.map { write($0, name: name, declaration: nil, keepsAll: keepsAll, indent: indent + "  ") }
    return text + ">\n" + inner.joined(separator: "\n") + "\n\(indent)</\(tag)>"
  }
}
