import Digests
package import Vocabulary

/// A YAML or JSON document as written: scalars are text, read later by the type that the grammar expects and never
/// by YAML's guess (an unquoted MAC is a base-60 integer to YAML; T29).
package struct DocumentNode: Sendable {
  package struct Entry: Sendable {
    package let key: String
    package let position: Position
    package let value: DocumentNode
  }

  package enum Content: Sendable {
    case scalar(String)
    /// An unquoted `null`, `~` or nothing.
    case null
    case mapping([Entry])
    case sequence([DocumentNode])
  }

  package let content: Content
  package let position: Position

  package subscript(_ key: String) -> DocumentNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  package var text: String? {
    guard case .scalar(let text) = content else { return nil }
    return text
  }

  package var items: [DocumentNode]? {
    guard case .sequence(let items) = content else { return nil }
    return items
  }

  package var entries: [Entry] {
    guard case .mapping(let entries) = content else { return [] }
    return entries
  }

  package var isNull: Bool {
    if case .null = content { return true }
    return false
  }

  /// What the node is, for messages.
  package var kindName: String {
    switch content {
    case .scalar: "a single value"
    case .null: "null"
    case .mapping: "a mapping"
    case .sequence: "a list"
    }
  }

  /// SHA-256 of the content, whatever the layout, comments, quoting and order of keys: the same content is the same
  /// generation (R16).
  package var canonicalDigest: Digest {
    var builder = DigestBuilder()
    feed(&builder)
    return builder.finalize()
  }

  private func feed(_ builder: inout DigestBuilder) {
    switch content {
    case .scalar(let text):
      builder.update(field: "s")
      builder.update(field: text)
    case .null: builder.update(field: "n")
    case .sequence(let items):
      builder.update(field: "[")
      for item in items { item.feed(&builder) }
      builder.update(field: "]")
    case .mapping(let entries):
      builder.update(field: "{")
      for entry in entries.sorted(by: { $0.key < $1.key }) {
        builder.update(field: entry.key)
        entry.value.feed(&builder)
      }
      builder.update(field: "}")
    }
  }
}
