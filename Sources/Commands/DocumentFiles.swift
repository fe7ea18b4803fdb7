import Control
import Intent
import Vocabulary

/// Documents as `-f` names them.
enum DocumentFiles {
  static func read(_ names: [String], in context: Context) throws -> [IntentSource] {
    if names.filter({ $0 == "-" }).count > 1 {
      throw Problem("usage", "stdin is given twice with -f -", remedy: "put both documents in it, separated by ---")
    }
    return try names.flatMap { name in
      if name == "-" { return [IntentSource(name: "stdin", bytes: try context.input(DocumentLimits.bytes))] }
      guard let documents = try FileBytes.documents(inFolder: name) else { return [try source(name)] }
      guard !documents.isEmpty else {
        throw Problem(
          "usage", "there is no document in the folder \(name)", path: name, wanted: "*.yaml, *.yml or *.json")
      }
      return try documents.map(source)
    }
  }

  private static func source(_ path: String) throws -> IntentSource {
    IntentSource(name: path, bytes: try FileBytes.read(path: path, limit: DocumentLimits.bytes))
  }

  /// All faults of all documents at once: a user corrects them in one go.
  static func check(_ sources: [IntentSource]) throws(IntentFaults) {
    _ = try parse(sources)
  }

  static func parse(_ sources: [IntentSource]) throws(IntentFaults) -> [IntentDocument] {
    try IntentParser.parse(sources.map { IntentParser.Source(name: $0.name, bytes: $0.bytes) })
  }

  static func isFolder(_ name: String) -> Bool {
    // A path that is not there is complained of where it is read.
    (try? FileBytes.documents(inFolder: name)) != nil
  }
}
