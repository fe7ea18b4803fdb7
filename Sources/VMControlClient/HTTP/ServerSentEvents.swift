/// Reads `text/event-stream` (WHATWG HTML, 9.2.6): lines may end with CR, LF or both, wherever the pieces are cut.
package struct ServerSentEvents: Sendable {
  package struct Event: Sendable, Hashable {
    /// The last id that was given, on this event or an earlier one.
    package var id = ""
    package var type = "message"
    package var data = ""

    package init(id: String = "", type: String = "message", data: String = "") {
      self.id = id
      self.type = type
      self.data = data
    }
  }

  package struct TooLong: Error, Sendable, Hashable {
    package let limit: Int

    package init(limit: Int) { self.limit = limit }
  }

  /// What a client that reconnects sends as `Last-Event-ID`; empty where none was given.
  package private(set) var lastID = ""
  /// Milliseconds that the server wants a client to wait before it reconnects.
  package private(set) var retry: Int64?

  private let limit: Int
  private var line: [UInt8] = []
  private var type = ""
  private var data: [UInt8] = []
  private var hasData = false
  private var id = ""
  private var isAfterReturn = false
  private var isAtStart = true

  package init(limit: Int, lastID: String = "") {
    self.limit = limit
    self.lastID = lastID
    id = lastID
  }

  /// The events that are complete now. One whose blank line has not come when the stream ends never was.
  package mutating func take(_ bytes: some Sequence<UInt8>) throws(TooLong) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\n") where isAfterReturn: isAfterReturn = false
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        isAfterReturn = byte == UInt8(ascii: "\r")
        if let event = endLine() { events.append(event) }
      default:
        isAfterReturn = false
        line.append(byte)
        guard line.count + data.count <= limit else { throw TooLong(limit: limit) }
      }
    }
    return events
  }

  private mutating func endLine() -> Event? {
    defer { line.removeAll(keepingCapacity: true) }
    if isAtStart, line.starts(with: [0xef, 0xbb, 0xbf]) { line.removeFirst(3) }
    isAtStart = false
    guard !line.isEmpty else { return dispatch() }
    // A comment: it only keeps the connection alive.
    guard line[0] != UInt8(ascii: ":") else { return nil }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    var value = line[min(colon + 1, line.endIndex)...]
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "event": type = String(decoding: value, as: UTF8.self)
    case "data":
      if hasData { data.append(UInt8(ascii: "\n")) }
      data += value
      hasData = true
    case "id" where !value.contains(0): id = String(decoding: value, as: UTF8.self)
    case "retry" where !value.isEmpty && value.allSatisfy { (48...57).contains($0) }:
      retry = Int64(String(decoding: value, as: UTF8.self))
    default: break
    }
    return nil
  }

  private mutating func dispatch() -> Event? {
    lastID = id
    defer {
      type = ""
      data.removeAll(keepingCapacity: true)
      hasData = false
    }
    guard hasData else { return nil }
    return Event(id: lastID, type: type.isEmpty ? "message" : type, data: String(decoding: data, as: UTF8.self))
  }
}
