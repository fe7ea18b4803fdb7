import Digests
package import Vocabulary

extension Element {
  /// The element in a form that two spellings of one content share: attributes sorted, values decoded, white space
  /// between elements dropped, comments gone. For digests and comparisons only; nothing is ever written from it.
  package var canonicalForm: XMLText {
    var bytes: ContiguousArray<UInt8> = []
    appendCanonical(to: &bytes, prefixes: true)
    return XMLText(bytes: bytes)
  }

  /// The same without prefixes and namespace declarations: how an element of ours is kept that another writer may
  /// have given another prefix.
  var localForm: XMLText {
    var bytes: ContiguousArray<UInt8> = []
    appendCanonical(to: &bytes, prefixes: false)
    return XMLText(bytes: bytes)
  }

  /// SHA-256 of the canonical form.
  package var canonicalDigest: Digest { Digest(of: canonicalForm.bytes) }

  private func appendCanonical(to bytes: inout ContiguousArray<UInt8>, prefixes: Bool) {
    let name = prefixes ? name : localName
    bytes.append(contentsOf: "<\(name)".utf8)
    for attribute in attributes.sorted(by: { $0.name < $1.name }) {
      if !prefixes, attribute.name == "xmlns" || attribute.name.contains(":") { continue }
      bytes.append(contentsOf: " \(attribute.name)='\(XMLWriter.escape(attribute.value))'".utf8)
    }
    bytes.append(UInt8(ascii: ">"))
    bytes.append(contentsOf: XMLWriter.escape(trimmedText).utf8)
    for child in children { child.appendCanonical(to: &bytes, prefixes: prefixes) }
    bytes.append(contentsOf: "</\(name)>".utf8)
  }
}

extension XMLText {
  /// SHA-256 of the bytes as they are: an unchanged domain costs this alone.
  package var bytesDigest: Digest { Digest(of: bytes) }
}
