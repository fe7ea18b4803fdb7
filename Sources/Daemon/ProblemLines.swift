import Vocabulary

/// A problem on the daemon's stderr, in the form that vmctl gives it.
enum ProblemLines {
  static func text(_ problem: Problem) -> String {
    var lines = problem.message.split(separator: "\n").map(String.init)
    lines = lines.enumerated().map { ($0.offset == 0 ? "error: " : "       ") + $0.element }
    for (word, text) in [
      ("domain", problem.domain), ("device", problem.device), ("path", problem.path), ("wanted", problem.wanted),
      ("is", problem.found), ("cause", problem.underlying), ("do", problem.remedy),
    ] {
      if let text, !text.isEmpty { lines.append("  \(word): \(text.split(separator: "\n").joined(separator: " "))") }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
