/// Colour or none, decided once for each stream.
struct Paint: Sendable {
  enum Ink: String, Sendable {
    case strong = "1"
    case faint = "2"
    case add = "32"
    case change = "33"
    case remove = "31"
    case wait = "36"
    case refuse = "1;31"
  }

  let isOn: Bool

  init(isOn: Bool) {
    self.isOn = isOn
  }

  /// Only a terminal that understands colour gets it, and only where nobody said no (https://no-color.org).
  init(for terminal: Terminal, _ environment: [String: String], noColor: Bool) {
    isOn =
      terminal.isTerminal && !noColor && (environment["NO_COLOR"] ?? "").isEmpty
      && !["", "dumb"].contains(environment["TERM"] ?? "")
  }

  func callAsFunction(_ ink: Ink?, _ text: String) -> String {
    guard isOn, let ink, !text.isEmpty else { return text }
    return "\u{1b}[\(ink.rawValue)m\(text)\u{1b}[0m"
  }
}
