import Vocabulary

/// Reads one answer of HTTP/1.1, strictly: what RFC 9112 lets a lenient reader accept two ways is an error here, and
/// so is an answer whose end is only that the connection ends, since one that was cut off looks the same.
package struct ResponseParser: Sendable {
  /// What is not an answer, in words.
  package struct Fault: Error, Sendable, Hashable {
    package let message: String

    package init(_ message: String) { self.message = message }
  }

  package enum Event: Sendable, Hashable {
    case head(HTTPResponseHead)
    case body([UInt8])
    case end
  }

  private enum Phase {
    case status, fields
    case body(left: Int)
    case chunkSize
    case chunk(left: Int)
    case chunkEnd, trailers, over
  }

  private let limits: HTTPLimits
  private var phase = Phase.status
  /// Bytes that have come and are not used up.
  private var pending: ArraySlice<UInt8> = []
  private var status = 0
  private var fields: HTTPFields = [:]
  private var fieldCount = 0
  private var headBytes = 0

  package init(limits: HTTPLimits = HTTPLimits()) {
    self.limits = limits
  }

  package var isOver: Bool { if case .over = phase { true } else { false } }

  /// Takes what has come; returns what is complete now. Throwing, it is of no more use.
  package mutating func take(_ bytes: some Sequence<UInt8>) throws(Fault) -> [Event] {
    pending += bytes
    var events: [Event] = []
    while try step(&events) {}
    if isOver, !pending.isEmpty { throw Fault("something follows the answer") }
    // A slice that lost its front keeps all of its storage.
    if pending.startIndex > 0 { pending = ArraySlice(Array(pending)) }
    return events
  }

  /// One line or piece; `false` where more has to come first.
  private mutating func step(_ events: inout [Event]) throws(Fault) -> Bool {
    switch phase {
    case .status:
      guard let line = try line() else { return false }
      status = try ResponseParser.status(line)
      (fields, fieldCount) = ([:], 0)
      phase = .fields
    case .fields:
      guard let line = try line() else { return false }
      if line.isEmpty { try endHead(&events) } else { try add(line) }
    case .body(let left):
      guard let piece = piece(left, &events) else { return false }
      phase = .body(left: left - piece)
      if left == piece { end(&events) }
    case .chunkSize:
      guard let line = try line() else { return false }
      let size = try ResponseParser.chunkSize(line)
      phase = size == 0 ? .trailers : .chunk(left: size)
    case .chunk(let left):
      guard let piece = piece(left, &events) else { return false }
      phase = left == piece ? .chunkEnd : .chunk(left: left - piece)
    case .chunkEnd:
      guard let line = try line() else { return false }
      guard line.isEmpty else { throw Fault("a chunk is longer than it says") }
      phase = .chunkSize
    case .trailers:
      guard let line = try line() else { return false }
      if line.isEmpty { end(&events) } else { try add(line) }
    case .over: return false
    }
    return true
  }

  private mutating func end(_ events: inout [Event]) {
    phase = .over
    events.append(.end)
  }

  /// Up to `left` bytes of a body; `nil` where none has come.
  private mutating func piece(_ left: Int, _ events: inout [Event]) -> Int? {
    guard !pending.isEmpty else { return nil }
    let piece = pending.prefix(left)
    pending = pending.dropFirst(piece.count)
    headBytes = 0
    events.append(.body(Array(piece)))
    return piece.count
  }

  /// A line without its CRLF; `nil` where its end has not come. A line feed alone ends nothing.
  private mutating func line() throws(Fault) -> [UInt8]? {
    let end = pending.firstIndex(of: UInt8(ascii: "\n"))
    guard headBytes + (end.map { $0 - pending.startIndex + 1 } ?? pending.count) <= limits.head else {
      throw Fault("its head is longer than \(limits.head) bytes")
    }
    guard let end else { return nil }
    let line = pending[..<end]
    headBytes += line.count + 1
    pending = pending[(end + 1)...]
    guard line.last == UInt8(ascii: "\r") else { throw Fault("a line does not end with CRLF") }
    let text = line.dropLast()
    guard text.allSatisfy({ $0 == 9 || $0 >= 32 && $0 != 127 }) else { throw Fault("a control character in its head") }
    return Array(text)
  }

  // MARK: Lines

  private static func status(_ line: [UInt8]) throws(Fault) -> Int {
    let text = String(decoding: line, as: UTF8.self)
    let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0] == "HTTP/1.1", parts[1].utf8.count == 3,
      parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let status = Int(parts[1]),
      (100..<600).contains(status)
    else { throw Fault("'\(text.prefix(60))' is no status line of HTTP/1.1") }
    return status
  }

  private mutating func add(_ line: [UInt8]) throws(Fault) {
    fieldCount += 1
    guard fieldCount <= limits.fields else { throw Fault("it has more than \(limits.fields) fields") }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, line[..<colon].allSatisfy(isToken) else {
      throw Fault("'\(String(decoding: line.prefix(60), as: UTF8.self))' is no field")
    }
    let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
    let value = Substring(decoding: line[(colon + 1)...], as: UTF8.self).trimming(" \t")
    if case .trailers = phase { return }
    if let before = fields[name] {
      guard name != "content-length", name != "transfer-encoding" else { throw Fault("it has \(name) twice") }
      fields[name] = before + ", " + value
    } else {
      fields[name] = value
    }
  }

  /// What says how long the body is, exactly one way (RFC 9112, 6.3).
  private mutating func endHead(_ events: inout [Event]) throws(Fault) {
    guard status != 101 else { throw Fault("it switches to another protocol") }
    headBytes = 0
    // An interim answer: the real one follows.
    guard status >= 200 else {
      phase = .status
      return
    }
    events.append(.head(HTTPResponseHead(status: status, fields: fields)))
    let length = fields["content-length"]
    let coding = fields["transfer-encoding"]
    if status == 204 || status == 304 { return end(&events) }
    switch (length, coding) {
    case (let length?, nil):
      guard (1...15).contains(length.utf8.count), let count = number(length, radix: 10) else {
        throw Fault("'\(length.prefix(40))' is no length")
      }
      if count == 0 { end(&events) } else { phase = .body(left: count) }
    case (nil, let coding?):
      guard coding.lowercased() == "chunked" else { throw Fault("its transfer coding is '\(coding.prefix(40))'") }
      phase = .chunkSize
    case (nil, nil): throw Fault("nothing says where it ends")
    default: throw Fault("it has a length and a transfer coding")
    }
  }

  /// The size; extensions mean nothing to us.
  private static func chunkSize(_ line: [UInt8]) throws(Fault) -> Int {
    let digits = String(decoding: line.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
    guard (1...8).contains(digits.utf8.count), let size = number(digits, radix: 16) else {
      throw Fault("'\(digits.prefix(40))' is no size of a chunk")
    }
    return size
  }
}

/// Digits only: `Int` would read a sign too.
private func number(_ digits: String, radix: Int) -> Int? {
  digits.utf8.allSatisfy { hexValue($0) != nil } ? Int(digits, radix: radix) : nil
}

private func isToken(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
