package import Vocabulary
import Yams

/// Reads a file of the operator, YAML or JSON, into nodes that know their places.
///
/// Anchors and aliases are refused, as in intent documents: nothing here needs them, and they can grow without bound.
package enum PlacedReader {
  private static let depth = 16

  /// - Parameters:
  ///   - bytes: of the whole file.
  ///   - source: what messages call it.
  /// - Returns: the one document; a null node where there is none.
  /// - Throws: `usage`, with file, line and column, and never with the text around it: it may hold anything (I8).
  package static func read(_ bytes: [UInt8], source: String) throws(Problem) -> PlacedNode {
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw Problem("usage", "\(source) is not plain UTF-8 text")
    }
    let start = PlacedNode.Place(source: source, line: 1, column: 1)
    do {
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      guard let root = try parser.nextRoot() else { return PlacedNode(content: .null, place: start) }
      guard try parser.nextRoot() == nil else { throw Problem("usage", "\(source) has more than one document") }
      return try convert(root, source: source, depth: 0)
    } catch let problem as Problem {
      throw problem
    } catch {
      throw problem(of: error, source: source)
    }
  }

  private static func convert(_ node: Node, source: String, depth level: Int) throws(Problem) -> PlacedNode {
    let place = PlacedNode.Place(source: source, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    guard level <= depth else { throw Problem("usage", "\(place): nested more than \(depth) deep") }
    guard node.anchor == nil else { throw aliases(place) }
    switch node {
    case .scalar(let scalar):
      let isNull = scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
      return PlacedNode(content: isNull ? .null : .scalar(scalar.string), place: place)
    case .sequence(let sequence):
      var items: [PlacedNode] = []
      for item in sequence { items.append(try convert(item, source: source, depth: level + 1)) }
      return PlacedNode(content: .sequence(items), place: place)
    case .mapping(let mapping):
      var entries: [PlacedNode.Entry] = []
      for (key, value) in mapping {
        let keyPlace = PlacedNode.Place(
          source: source, line: key.mark?.line ?? place.line, column: key.mark?.column ?? place.column)
        guard case .scalar(let scalar) = key, key.anchor == nil else {
          throw Problem("usage", "\(keyPlace): a key must be a word")
        }
        entries.append(
          .init(key: scalar.string, place: keyPlace, value: try convert(value, source: source, depth: level + 1)))
      }
      return PlacedNode(content: .mapping(entries), place: place)
    case .alias: throw aliases(place)
    }
  }

  private static func aliases(_ place: PlacedNode.Place) -> Problem {
    Problem(
      "usage", "\(place): anchors and aliases are not read", remedy: "write the value out where it is used")
  }

  private static func problem(of error: any Error, source: String) -> Problem {
    switch error {
    case YamlError.scanner(_, let words, let mark, _), YamlError.parser(_, let words, let mark, _),
      YamlError.composer(_, let words, let mark, _):
      Problem("usage", "\(source):\(mark.line):\(mark.column): \(words)")
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      Problem(
        "usage",
        "\(source):\(context.mark.line):\(context.mark.column): key given twice: \(keys.joined(separator: ", "))")
    default: Problem("usage", "\(source) is not YAML or JSON")
    }
  }
}
