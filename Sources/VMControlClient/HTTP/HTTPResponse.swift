/// Fields by their names in lower case.
package typealias HTTPFields = [String: String]

/// Status and fields of an answer.
package struct HTTPResponseHead: Sendable, Hashable {
  package let status: Int
  /// Several fields of one name are joined with a comma (RFC 9110, 5.3).
  package let fields: HTTPFields

  package init(status: Int, fields: HTTPFields) {
    self.status = status
    self.fields = fields
  }

  package var isSuccess: Bool { (200..<300).contains(status) }

  /// The media type without its parameters, in lower case.
  package var mediaType: String {
    let value = fields["content-type", default: ""].lowercased()
    return value.split(separator: ";").first.map { $0.trimming(" \t") } ?? ""
  }
}

/// An answer as a whole.
package struct HTTPResponse: Sendable, Hashable {
  package let head: HTTPResponseHead
  package let body: [UInt8]

  package init(head: HTTPResponseHead, body: [UInt8]) {
    self.head = head
    self.body = body
  }
}

extension Substring {
  /// Without these characters at both ends.
  func trimming(_ characters: String) -> String {
    var rest = self
    while let first = rest.first, characters.contains(first) { rest.removeFirst() }
    while let last = rest.last, characters.contains(last) { rest.removeLast() }
    return String(rest)
  }
}
