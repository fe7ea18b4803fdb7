import Vocabulary

/// What is asked of a daemon.
package struct HTTPRequest: Sendable, Hashable {
  package enum Method: String, Sendable, Hashable { case get = "GET", put = "PUT", post = "POST", delete = "DELETE" }

  package let method: Method
  /// The segments of the path as they are meant: they are escaped when the request is written.
  package let path: [String]
  package var query: [(name: String, value: String)] = []
  package var fields: HTTPFields = [:]
  package var body: [UInt8] = []
  /// Whether asking twice is asking once, and an answer that was lost has changed nothing.
  package var isSafe: Bool
  /// How long nothing may come before the daemon is given up; `nil`: for ever.
  package var patience: Duration? = .seconds(120)
  /// For the remedy where an answer was lost.
  package var domain: String?

  package init(_ method: Method, _ path: [String], domain: String? = nil) {
    self.method = method
    self.path = path
    self.domain = domain
    isSafe = method == .get
  }

  /// The target of the request line: the path, and the query where there is one.
  package var target: String {
    let path = "/" + path.map(HTTPRequest.escaped).joined(separator: "/")
    guard !query.isEmpty else { return path }
    return path + "?"
      + query.map { HTTPRequest.escaped($0.name) + "=" + HTTPRequest.escaped($0.value) }.joined(separator: "&")
  }

  /// The bytes of request line, fields and body. Each exchange has a connection of its own: one that was kept open can
  /// be closed by the daemon just when it is used again, and then nobody knows whether the request arrived.
  package func bytes(host: String, adding more: HTTPFields = [:]) -> [UInt8] {
    var fields = fields
    fields["host"] = host
    fields["connection"] = "close"
    if fields["accept"] == nil { fields["accept"] = "application/json, application/problem+json" }
    if method != .get { fields["content-length"] = String(body.count) }
    var text = "\(method.rawValue) \(target) HTTP/1.1\r\n"
    for (name, value) in fields.merging(more, uniquingKeysWith: { $1 }).sorted(by: { $0.key < $1.key }) {
      // What would end the line would begin another field.
      text += "\(name): \(value.filter { !$0.isNewline && $0 != "\0" })\r\n"
    }
    return Array((text + "\r\n").utf8) + body
  }

  /// RFC 3986: everything but the unreserved characters.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        escaped += "%" + hex(byte, width: 2).uppercased()
      }
    }
    return escaped
  }

  package static func == (left: HTTPRequest, right: HTTPRequest) -> Bool {
    left.method == right.method && left.target == right.target && left.fields == right.fields
      && left.body == right.body
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(method)
    hasher.combine(target)
    hasher.combine(body)
  }
}
