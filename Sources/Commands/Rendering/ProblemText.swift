import Vocabulary

/// A problem for people: what is wrong, where, what was wanted, what is, what to do.
struct ProblemText {
  private let problem: Problem

  init(_ problem: Problem) {
    self.problem = problem
  }

  func lines(_ paint: Paint) -> [String] {
    let message = printableLines(problem.message)
    var lines = [paint(.refuse, "error:") + " " + (message.first ?? problem.code.rawValue)]
    lines += message.dropFirst().map { "       " + $0 }
    for (word, text) in [
      ("domain", problem.domain), ("device", problem.device), ("path", problem.path), ("wanted", problem.wanted),
      ("is", problem.found), ("cause", problem.underlying),
    ] {
      if let text, !text.isEmpty { lines.append("  \(paint(.faint, word + ":")) \(printable(text))") }
    }
    if let remedy = problem.remedy { lines.append("  \(paint(.strong, "do:")) \(printable(remedy))") }
    return lines
  }
}
