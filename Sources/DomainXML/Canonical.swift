import Digests
package import Vocabulary

extension Element {
  /// The element in a form that two spellings of one content share: attributes sorted, values decoded, white space
  /// between elements dropped, comments gone. For digests and comparisons only; nothing is ever written from it.
  package var canonicalForm: XMLText {
    var bytes: ContiguousArray<UInt8> = []
    appendCanonical(to: &bytes)
    return XMLText(bytes: bytes)
  }

  /// SHA-256 of the canonical form.
  package var canonicalDigest: Digest { Digest(of: canonicalForm.bytes) }

  private func appendCanonical(to bytes: inout ContiguousArray<UInt8>) {
    let name = name
    bytes.append(contentsOf: "<\(name)".utf8)
    for attribute in attributes.sorted(by: { $0.name < $1.name }) {
      bytes.append(contentsOf: " \(attribute.name)='\(XMLWriter.escape(attribute.value))'".utf8)
    }
    bytes.append(UInt8(ascii: ">"))
    bytes.append(contentsOf: XMLWriter.escape(trimmedText).utf8)
    for child in children { child.appendCanonical(to: &bytes) }
    bytes.append(contentsOf: "</\(name)>".utf8)
  }
}

extension XMLText {
  /// SHA-256 of the bytes as they are: an unchanged domain costs this alone.
  package var bytesDigest: Digest { Digest(of: bytes) }
}
