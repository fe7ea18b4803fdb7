import Vocabulary
import Yams

/// What a source may be before it is parsed.
package enum DocumentLimits {
  /// Bytes of one source.
  package static let bytes = 1 << 20
  /// Nested mappings and lists.
  package static let depth = 32
  /// Documents of one source.
  package static let documents = 256
  /// Devices of one document.
  package static let devices = 512
}

/// Reads YAML and JSON into nodes: one reader for both, because JSON is YAML but for surrogate pairs.
enum DocumentReader {
  static func read(_ bytes: [UInt8], source: String) throws(IntentFault) -> [DocumentNode] {
    guard bytes.count <= DocumentLimits.bytes else {
      throw IntentFault(
        "the document has \(bytes.count) bytes; at most \(DocumentLimits.bytes) are read", source: source, at: nil,
        path: "")
    }
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw IntentFault("the document is not UTF-8", source: source, at: nil, path: "")
    }
    if bytes.contains(0) { throw IntentFault("the document contains a NUL byte", source: source, at: nil, path: "") }
    if text.first(where: { !$0.isWhitespace }).map({ "{[".contains($0) }) ?? false { text = joinSurrogates(text) }
    var nodes: [DocumentNode] = []
    do {
      // The sequence ends at an error and keeps it: a loop alone would take half a source for the whole.
      var composed = try Yams.compose_all(yaml: text)
      while let node = composed.next() {
        guard nodes.count < DocumentLimits.documents else {
          throw IntentFault("more than \(DocumentLimits.documents) documents", source: source, at: nil, path: "")
        }
        let converted = try convert(node, source: source, depth: 0)
        if !converted.isNull { nodes.append(converted) }
      }
      if let error = composed.error { throw error }
    } catch let fault as IntentFault {
      throw fault
    } catch {
      throw fault(error, source: source)
    }
    return nodes
  }

  private static func convert(_ node: Node, source: String, depth: Int) throws(IntentFault) -> DocumentNode {
    let position = node.mark.map { Position(line: $0.line, column: $0.column) } ?? Position(line: 1, column: 1)
    guard depth < DocumentLimits.depth else {
      throw IntentFault(
        "mappings and lists are nested more than \(DocumentLimits.depth) deep", source: source, at: position, path: "")
    }
    guard node.anchor == nil else {
      throw IntentFault(
        "anchors and aliases are not read", source: source, at: position, path: "",
        remedy: "write the value out where it is used")
    }
    switch node {
    case .scalar(let scalar):
      let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      return DocumentNode(content: isNull ? .null : .scalar(scalar.string), position: position)
    case .sequence(let sequence):
      var items: [DocumentNode] = []
      for item in sequence { items.append(try convert(item, source: source, depth: depth + 1)) }
      return DocumentNode(content: .sequence(items), position: position)
    case .mapping(let mapping):
      var entries: [DocumentNode.Entry] = []
      for (key, value) in mapping {
        let keyPosition = key.mark.map { Position(line: $0.line, column: $0.column) } ?? position
        guard case .scalar(let scalar) = key, key.anchor == nil else {
          throw IntentFault("a key must be a word", source: source, at: keyPosition, path: "")
        }
        entries.append(
          DocumentNode.Entry(
            key: scalar.string, position: keyPosition,
            value: try convert(value, source: source, depth: depth + 1)))
      }
      return DocumentNode(content: .mapping(entries), position: position)
    case .alias:
      throw IntentFault("anchors and aliases are not read", source: source, at: position, path: "")
    }
  }

  private static func fault(_ error: any Error, source: String) -> IntentFault {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      IntentFault(problem, source: source, at: Position(line: mark.line, column: mark.column), path: "")
    case YamlError.duplicatedKeysInMapping(let duplicates, let context):
      IntentFault(
        "key given twice: \(duplicates.joined(separator: ", "))", source: source,
        at: Position(line: context.mark.line, column: context.mark.column), path: "")
    default:
      IntentFault("not YAML or JSON: \(error)", source: source, at: nil, path: "")
    }
  }

  /// JSON writes characters beyond U+FFFF as two escapes (`"\ud83d\ude00"`), which YAML does not know.
  private static func joinSurrogates(_ text: String) -> String {
    guard text.contains("\\u") else { return text }
    var joined: [UInt8] = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\\"), let high = escape(bytes, at: index), (0xd800..<0xdc00).contains(high),
        let low = escape(bytes, at: index + 6), (0xdc00..<0xe000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
      {
        joined.append(contentsOf: String(Character(scalar)).utf8)
        index += 12
      } else if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count {
        joined.append(contentsOf: bytes[index...index + 1])
        index += 2
      } else {
        joined.append(bytes[index])
        index += 1
      }
    }
    return String(decoding: joined, as: UTF8.self)
  }

  private static func escape(_ bytes: [UInt8], at index: Int) -> UInt32? {
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    return UInt32(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16)
  }
}
