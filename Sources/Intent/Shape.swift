package import DomainXML
import Vocabulary

/// What a place in a document may hold. Parser, JSON Schema, help and "did you mean" read the same tables.
package indirect enum Shape: Sendable {
  case scalar(ScalarType)
  case boolean
  case domainName
  case deviceID
  case uuid
  /// `30s`, `5m`, `2h`
  case duration
  /// `512 MiB`
  case memory
  /// A libvirt element, or a whole domain.
  case xml(element: String?)
  case list(Shape)
  case mapping(Grammar)
  /// Free keys with text values.
  case labels
  /// Values by number: `{0: 0-3, 1: 2}`.
  case entries(ScalarType)
  /// The first that fits: a word or a mapping, say.
  case either([Shape])
}

/// The keys of a mapping.
package struct Grammar: Sendable {
  package struct Key: Sendable {
    package let name: String
    package let shape: Shape
    package let required: Bool
    package let help: String
    package let fallback: String?
    /// Whether `null` means libvirt's default.
    package let mayBeNull: Bool

    package init(
      _ name: String, _ shape: Shape, required: Bool = false, default fallback: String? = nil,
      mayBeNull: Bool = false, help: String
    ) {
      self.mayBeNull = mayBeNull
      self.name = name
      self.shape = shape
      self.required = required
      self.fallback = fallback
      self.help = help
    }
  }

  package let name: String
  package let keys: [Key]
  /// Exactly one of these must be given; empty: no such rule.
  package let oneOf: [String]

  package init(_ name: String, _ keys: [Key], oneOf: [String] = []) {
    self.name = name
    self.keys = keys
    self.oneOf = oneOf
  }

  package func key(_ name: String) -> Key? { keys.first { $0.name == name } }
}

/// A length of time as documents write it.
package func parseDuration(_ text: String) -> Duration? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  guard let number = Int64(digits), number <= 1_000_000_000 else { return nil }
  switch text.dropFirst(digits.count) {
  case "ms": return .milliseconds(number)
  case "s": return .seconds(number)
  case "m": return .seconds(number * 60)
  case "h": return .seconds(number * 3600)
  default: return nil
  }
}
