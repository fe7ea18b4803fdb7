/// A value of a YAML text, and where it stands.
package struct PlacedNode: Sendable {
  package indirect enum Content: Sendable {
    case null
    case scalar(String)
    case sequence([PlacedNode])
    case mapping([Entry])
  }

  package struct Entry: Sendable {
    package let key: String
    package let place: Place
    package let value: PlacedNode
  }

  /// `vmctld.yaml:12:5`; lines and columns count from 1.
  package struct Place: Sendable, Hashable, CustomStringConvertible {
    package let source: String
    package let line: Int
    package let column: Int

    package var description: String { "\(source):\(line):\(column)" }
  }

  package let content: Content
  package let place: Place

  package var isNull: Bool {
    if case .null = content { return true }
    return false
  }

  package var scalar: String? {
    if case .scalar(let text) = content { return text }
    return nil
  }
}
