/// Something that must hold and did not.
struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// The invariant or rule: `I2`, `design 8`.
  let rule: String
  let message: String

  var description: String { "\(rule): \(message)" }
}
