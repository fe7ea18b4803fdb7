import ArgumentParser
import Control

/// A label that domains are selected by: `k=v`, or `k` for any value.
struct LabelArgument: Sendable, Hashable {
  let name: String
  /// `nil`: any.
  let value: String?

  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else {
      throw ValidationError("a label is selected by its name, or as name=value")
    }
    self.name = String(name)
    value = parts.count > 1 ? String(parts[1]) : nil
  }

  func selects(_ domain: DomainReport) -> Bool {
    guard let found = domain.labels[name] else { return false }
    return value == nil || value == found
  }
}
