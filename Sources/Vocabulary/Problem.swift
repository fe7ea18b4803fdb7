/// What vmctl says when something is not as it should be: one shape for commands, API and library.
///
/// Names the domain, the device and the path; says what was wanted, what is, and what to do. Messages never decide
/// control flow: `code` does.
package struct Problem: Error, Sendable, Hashable, Codable {
  package let code: Code
  package var domain: String?
  package var device: String?
  /// A path in a document (`spec.devices[2].disk.target`) or in a file system.
  package var path: String?
  package let message: String
  package var wanted: String?
  package var found: String?
  /// The way out.
  package var remedy: String?
  /// What the layer below said, word for word.
  package var underlying: String?

  package init(
    _ code: Code, _ message: String, domain: String? = nil, device: String? = nil, path: String? = nil,
    wanted: String? = nil, found: String? = nil, remedy: String? = nil, underlying: String? = nil
  ) {
    self.code = code
    self.message = message
    self.domain = domain
    self.device = device
    self.path = path
    self.wanted = wanted
    self.found = found
    self.remedy = remedy
    self.underlying = underlying
  }

  /// A stable word that programs may switch on. A struct, so that a newer daemon's codes survive an older client.
  package struct Code: Sendable, Hashable, Codable, RawRepresentable, ExpressibleByStringLiteral,
    CustomStringConvertible
  {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { rawValue = value }
    package var description: String { rawValue }

    package init(from decoder: any Decoder) throws {
      rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(rawValue)
    }
  }
}
