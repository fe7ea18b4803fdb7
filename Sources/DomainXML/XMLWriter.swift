package import Vocabulary

/// Writes new XML in libvirt's own style: single quotes, two spaces, nothing sorted. For elements that did not exist
/// before; what libvirt returned is only ever spliced (`Edit`).
package struct XMLWriter {
  private var bytes: ContiguousArray<UInt8> = []
  private var open: [String] = []
  private var inStartTag = false
  private var hasText = false

  package init() {}

  /// An element with its attributes; those whose value is `nil` are left out.
  package mutating func element(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text content: String? = nil,
    _ body: (inout XMLWriter) -> Void = { _ in }
  ) {
    begin(name)
    for (name, value) in attributes { if let value { attribute(name, value) } }
    if let content { self.content(content) }
    body(&self)
    end()
  }

  package mutating func begin(_ name: String) {
    closeStartTag()
    newLine()
    write("<")
    write(name)
    open.append(name)
    inStartTag = true
  }

  package mutating func attribute(_ name: String, _ value: String) {
    write(" ")
    write(name)
    write("='")
    write(XMLWriter.escape(value))
    write("'")
  }

  package mutating func content(_ value: String) {
    closeStartTag()
    write(XMLWriter.escape(value))
    hasText = true
  }

  package mutating func end() {
    let name = open.removeLast()
    if inStartTag {
      write("/>")
      inStartTag = false
    } else {
      if !hasText { newLine() }
      write("</")
      write(name)
      write(">")
    }
    hasText = false
  }

  /// An element that exists already, byte for byte.
  package mutating func raw(_ xml: XMLText) {
    closeStartTag()
    newLine()
    bytes.append(contentsOf: xml.bytes)
  }

  /// Everything written so far.
  package func finish() -> XMLText { XMLText(bytes: bytes) }

  private mutating func closeStartTag() {
    if inStartTag { write(">") }
    inStartTag = false
  }

  private mutating func newLine() {
    guard !bytes.isEmpty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * open.count))
  }

  private mutating func write(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// For attribute values in single quotes and for text.
  package static func escape(_ value: String) -> String {
    guard value.utf8.contains(where: isEscaped) else { return value }
    var escaped = ""
    for character in value.unicodeScalars {
      switch character {
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "&": escaped += "&amp;"
      case "'": escaped += "&apos;"
      case "\"": escaped += "&quot;"
      case "\n": escaped += "&#10;"
      case "\r": escaped += "&#13;"
      case "\t": escaped += "&#9;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "\""),
      UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
      true
    default: false
    }
  }
}
