import Control
import Vocabulary

/// Talks on stderr: problems and remarks, for people or, with `-o json`, one object a line.
struct Speaker {
  private let terminal: Terminal
  private let paint: Paint
  private let isJSON: Bool

  init(_ context: Context, isJSON: Bool, noColor: Bool) {
    terminal = context.talk
    paint = Paint(for: context.talk, context.environment, noColor: noColor)
    self.isJSON = isJSON
  }

  /// Says what is wrong; returns the exit code of the most serious.
  func report(_ problems: [Problem]) -> Int32 {
    for problem in problems {
      write(isJSON ? JSONText.line(problem) : ProblemText(problem).lines(paint).joined(separator: "\n"))
    }
    return problems.map(\.code.outcome).max()?.exitCode ?? Outcome.error.exitCode
  }

  /// A remark for people. Programs get data instead.
  func say(_ remark: String) {
    if !isJSON { write(remark) }
  }

  private func write(_ text: String) {
    // Where stderr is closed there is nobody left to tell.
    try? terminal.write(text + "\n")
  }
}
