/// The number of an intent: counted by the store, one more for each document that differs from its predecessor.
package struct Generation: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  package let number: Int64

  package init(_ number: Int64) {
    self.number = number
  }

  package var next: Generation { Generation(number + 1) }

  package var description: String { String(number) }

  package static func < (left: Generation, right: Generation) -> Bool { left.number < right.number }

  package init(from decoder: any Decoder) throws {
    number = try decoder.singleValueContainer().decode(Int64.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(number)
  }
}
