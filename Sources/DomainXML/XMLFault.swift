/// Why a text was not taken as an XML document.
package struct XMLFault: Error, Sendable, Hashable {
  package enum Kind: String, Sendable {
    case empty, tooLarge, tooDeep, tooMany, notUTF8, nulByte, otherEncoding, documentType, malformed, outOfMemory
  }

  package let kind: Kind
  package let message: String
  /// 1-based; `nil` where the fault is in no one place.
  package let line: Int?
  package let column: Int?

  package init(_ kind: Kind, _ message: String, line: Int? = nil, column: Int? = nil) {
    self.kind = kind
    self.message = message
    self.line = line
    self.column = column
  }
}
