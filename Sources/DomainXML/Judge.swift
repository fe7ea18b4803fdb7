import CLibXML2

/// Whether a text is a well-formed XML document that vmctl reads. libxml2 judges, and builds no tree: what libvirt
/// accepts and what vmctl accepts is then the same parser's word, and vmctl's own scanner may rely on it.
enum Judge {
  static func check(_ bytes: UnsafeBufferPointer<UInt8>, limits: Limits) throws(XMLFault) {
    guard !bytes.isEmpty else { throw XMLFault(.empty, "the document is empty") }
    guard bytes.count <= limits.bytes else {
      throw XMLFault(.tooLarge, "the document has \(bytes.count) bytes; at most \(limits.bytes) are read")
    }
    if bytes.count >= 2, (bytes[0], bytes[1]) == (0xff, 0xfe) || (bytes[0], bytes[1]) == (0xfe, 0xff) {
      throw XMLFault(.otherEncoding, "the document is UTF-16; only UTF-8 is read")
    }
    guard let base = bytes.baseAddress, memchr(base, 0, bytes.count) == nil else {
      throw XMLFault(.nulByte, "the document contains a NUL byte")
    }
    // libxml2 recognises EBCDIC and others by the first bytes and converts them by itself.
    let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    guard let first = bytes[start...].first(where: { !isWhiteSpace($0) }), first == UInt8(ascii: "<") else {
      throw XMLFault(.malformed, "the document does not begin with '<'", line: 1, column: 1)
    }
    var verdict = vmctl_verdict()
    guard vmctl_xml_judge(base, Int32(bytes.count), &verdict) == 0 else {
      throw XMLFault(.outOfMemory, "libxml2 could not allocate a parser")
    }
    if verdict.has_dtd != 0 {
      throw XMLFault(.documentType, "the document has a DOCTYPE; document type definitions are refused")
    }
    guard verdict.well_formed != 0, verdict.namespaces_ok != 0 else { throw fault(verdict) }
    try refuseOtherEncoding(bytes)
  }

  private static func fault(_ verdict: vmctl_verdict) -> XMLFault {
    let message = withUnsafeBytes(of: verdict.message) { raw in
      String(decoding: raw.prefix { $0 != 0 && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
    let kind: XMLFault.Kind =
      switch UInt32(verdict.code) {
      case XML_ERR_INVALID_ENCODING.rawValue, XML_ERR_INVALID_CHAR.rawValue: .notUTF8
      case XML_ERR_UNKNOWN_ENCODING.rawValue, XML_ERR_UNSUPPORTED_ENCODING.rawValue: .otherEncoding
      default: .malformed
      }
    return XMLFault(
      kind, message.isEmpty ? "not well-formed" : message, line: Int(verdict.line), column: Int(verdict.column))
  }

  /// libxml2 converts other encodings by itself; the scanner reads the original bytes and would read them wrongly.
  private static func refuseOtherEncoding(_ bytes: UnsafeBufferPointer<UInt8>) throws(XMLFault) {
    guard bytes.count > 5, bytes.prefix(5).elementsEqual("<?xml".utf8),
      let end = bytes.firstIndex(of: UInt8(ascii: ">"))
    else { return }
    let declaration = String(decoding: bytes[..<end], as: UTF8.self)
    guard let name = declaration.firstRange(of: "encoding") else { return }
    let value = declaration[name.upperBound...].drop { " \t\r\n=".contains($0) }
    guard let quote = value.first, quote == "'" || quote == "\"" else { return }
    let encoding = value.dropFirst().prefix { $0 != quote }
    guard ["utf-8", "us-ascii", "ascii"].contains(encoding.lowercased()) else {
      throw XMLFault(.otherEncoding, "the document declares the encoding \(encoding); only UTF-8 is read", line: 1)
    }
  }
}

extension String {
  /// The standard library has no substring search without Foundation below regular expressions.
  fileprivate func firstRange(of word: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(word) { return start..<index(start, offsetBy: word.count) }
      start = index(after: start)
    }
    return nil
  }
}
