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
    let content = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes[3...] : bytes[...]
    guard var text = String(validating: content, as: UTF8.self) else {
      throw IntentFault("the document is not UTF-8", source: source, at: nil, path: "")
    }
    if bytes.contains(0) { throw IntentFault("the document contains a NUL byte", source: source, at: nil, path: "") }
    if YAMLHazards.mayExpand(text.utf8) { throw aliases(source, at: nil) }
    if let first = text.first(where: { !$0.isWhitespace }), "{[".contains(first) { text = joinSurrogates(text) }
    return try compose(text, source: source)
  }

  private static func compose(_ text: String, source: String) throws(IntentFault) -> [DocumentNode] {
    var nodes: [DocumentNode] = []
    do {
      // Not `compose_all`: its sequence ends at an error as at the end, and what follows would be lost unseen. The
      // basic resolver gives no scalar a type of its own. The encoding is said, or Yams reads the environment for it.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      while let node = try parser.nextRoot() {
        guard nodes.count < DocumentLimits.documents else {
          throw IntentFault("more than \(DocumentLimits.documents) documents", source: source, at: nil, path: "")
        }
        let converted = try convert(node, source: source, depth: 0)
        if !converted.isNull { nodes.append(converted) }
      }
    } catch let fault as IntentFault {
      throw fault
    } catch {
      throw fault(error, source: source)
    }
    return nodes
  }

  private static func convert(_ node: Node, source: String, depth: Int) throws(IntentFault) -> DocumentNode {
    let position = node.mark.map { Position(line: $0.line, column: $0.column) } ?? Position(line: 1, column: 1)
    guard depth <= DocumentLimits.depth else {
      throw IntentFault(tooDeep, source: source, at: position, path: "")
    }
    // An alias becomes the node that it stands for, anchor and all.
    guard node.anchor == nil else { throw aliases(source, at: position) }
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
        guard case .scalar(let scalar) = key else {
          throw IntentFault("a key must be a word", source: source, at: keyPosition, path: "")
        }
        guard key.anchor == nil else { throw aliases(source, at: keyPosition) }
        entries.append(
          DocumentNode.Entry(
            key: scalar.string, position: keyPosition,
            value: try convert(value, source: source, depth: depth + 1)))
      }
      return DocumentNode(content: .mapping(entries), position: position)
    case .alias: throw aliases(source, at: position)
    }
  }

  private static let tooDeep = "mappings and lists are nested more than \(DocumentLimits.depth) deep"

  private static func aliases(_ source: String, at position: Position?) -> IntentFault {
    IntentFault(
      "anchors and aliases are not read", source: source, at: position, path: "",
      remedy: "write the value out where it is used")
  }

  /// Only the parser's own words: the text around an error may hold anything (I8).
  private static func fault(_ error: any Error, source: String) -> IntentFault {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      IntentFault(
        problem.contains("nesting level") ? tooDeep : problem, source: source,
        at: Position(line: mark.line, column: mark.column), path: "")
    case YamlError.duplicatedKeysInMapping(let duplicates, let context):
      IntentFault(
        "key given twice: \(duplicates.map(shown).joined(separator: ", "))", source: source,
        at: Position(line: context.mark.line, column: context.mark.column), path: "")
    case YamlError.reader(let problem, _, _, _):
      IntentFault("\(problem): the document is not plain text", source: source, at: nil, path: "")
    default:
      IntentFault("not YAML or JSON", source: source, at: nil, path: "")
    }
  }

  /// JSON writes characters beyond U+FFFF as two escapes (`"\ud83d\ude00"`), which YAML does not know.
  private static func joinSurrogates(_ text: String) -> String {
    guard text.contains("\\u") else { return text }
    var joined: [UInt8] = []
    let bytes = Array(text.utf8)
    joined.reserveCapacity(bytes.count)
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
    guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u"),
      bytes[index + 2..<index + 6].allSatisfy({ hexValue($0) != nil })
    else { return nil }
    return UInt32(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16)
  }
}

/// A user's text in a message: short, and without characters that would move a terminal's cursor.
func shown(_ text: String) -> String {
  let scalars = text.unicodeScalars.prefix(64).map { $0.value < 32 || $0.value == 127 ? "?" : $0 }
  let clean = String(String.UnicodeScalarView(scalars))
  return text.unicodeScalars.count > 64 ? clean + "…" : clean
}

/// A path or a word that a refusal has to name whole, without characters that would move a terminal's cursor.
package func spelled(_ text: String) -> String {
  let scalars = text.unicodeScalars.prefix(1024).map { $0.value < 32 || $0.value == 127 ? "?" : $0 }
  return String(String.UnicodeScalarView(scalars))
}
