/// A password on its way to libvirt. Neither printed nor encoded nor compared: it must not end in a log, a store or an
/// answer (I8).
package struct Secret: Sendable, Hashable, Codable, CustomStringConvertible, CustomReflectable {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// What was encoded has none: a secret does not come back from anywhere.
  package init(from decoder: any Decoder) throws { text = "" }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encodeNil()
  }

  package static func == (left: Secret, right: Secret) -> Bool { true }
  package func hash(into hasher: inout Hasher) {}

  package var description: String { "(secret)" }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
