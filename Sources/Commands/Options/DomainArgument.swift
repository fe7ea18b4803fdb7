import ArgumentParser

/// The name or UUID of a domain, on the command line.
struct DomainArgument: ExpressibleByArgument, Sendable, Hashable {
  let text: String

  /// An empty word comes from an unset variable in a script, and must never mean "all".
  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    text = argument
  }

  static let defaultCompletionKind = CompletionKind.shellCommand("vmctl get --names 2>/dev/null")
}
