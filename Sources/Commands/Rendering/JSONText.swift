import Foundation

/// Documents as JSON: keys sorted, slashes as they are.
enum JSONText {
  /// For a file or a person.
  static func pretty(_ value: some Encodable) throws -> String {
    try text(value, [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
  }

  /// One line, for streams.
  static func line(_ value: some Encodable) -> String {
    do {
      return try text(value, [.sortedKeys, .withoutEscapingSlashes])
    } catch {
      // No document of ours has a value that JSON lacks; a reader still gets a line that parses.
      return #"{"code":"output","message":"a document could not be written as JSON"}"#
    }
  }

  private static func text(_ value: some Encodable, _ format: JSONEncoder.OutputFormatting) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = format
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
