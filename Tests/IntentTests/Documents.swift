import Intent
import Testing
import Vocabulary

/// Documents for the tests: a head that is always there, and what a test is about below it.
enum Documents {
  static func yaml(_ spec: String, name: String = "web-1") -> String {
    let lines = spec.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  " + $0 }
    let body = spec.isEmpty ? " {}" : "\n" + lines.joined(separator: "\n")
    return "apiVersion: vmctl/v1\nkind: Domain\nmetadata: {name: \(name)}\nspec:\(body)\n"
  }

  static func parse(_ text: String) throws -> IntentDocument {
    try parse(Array(text.utf8))
  }

  static func parse(_ bytes: [UInt8]) throws -> IntentDocument {
    let documents = try IntentParser.parse([.init(name: "web.yaml", bytes: bytes)])
    return try #require(documents.first)
  }

  static func spec(_ text: String) throws -> IntentDocument { try parse(yaml(text)) }

  /// The one device of a document.
  static func device(_ text: String) throws -> WantedDevice {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let body = lines.enumerated().map { ($0.offset == 0 ? "- " : "  ") + $0.element }.joined(separator: "\n")
    return try #require(try spec("devices:\n" + body).devices?.first)
  }

  /// The faults of a document; empty where it is taken.
  static func faults(_ text: String) -> [IntentFault] { faults(Array(text.utf8)) }

  static func faults(_ bytes: [UInt8]...) -> [IntentFault] {
    let sources = bytes.enumerated().map { index, bytes in
      IntentParser.Source(name: index == 0 ? "web.yaml" : "other-\(index).yaml", bytes: bytes)
    }
    do {
      _ = try IntentParser.parse(sources)
      return []
    } catch {
      return error.faults
    }
  }
}
