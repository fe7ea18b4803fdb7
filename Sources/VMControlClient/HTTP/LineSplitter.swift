/// Cuts what comes into lines that end with a line feed, and holds at most `limit` bytes of one.
package struct LineSplitter: Sendable {
  package struct TooLong: Error, Sendable, Hashable {
    package let limit: Int

    package init(limit: Int) { self.limit = limit }
  }

  private let limit: Int
  private var held: [UInt8] = []

  package init(limit: Int) {
    self.limit = limit
  }

  /// Whether a line has begun and not ended.
  package var isInside: Bool { !held.isEmpty }

  /// The lines that are complete now, without their ends; empty ones are left out.
  package mutating func take(_ bytes: [UInt8]) throws(TooLong) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      held += rest[..<end]
      guard held.count <= limit else { throw TooLong(limit: limit) }
      if held.last == UInt8(ascii: "\r") { held.removeLast() }
      if !held.isEmpty { lines.append(held) }
      held = []
      rest = rest[(end + 1)...]
    }
    held += rest
    guard held.count <= limit else { throw TooLong(limit: limit) }
    return lines
  }
}
