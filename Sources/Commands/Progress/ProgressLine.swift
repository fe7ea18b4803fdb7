import Control
import Vocabulary

/// One line of progress: `web-1  attach  data  live  pci 0000:05:00.0  41 ms`.
struct ProgressLine {
  private static let gap = "  "

  private let event: ProgressEvent
  private let paint: Paint

  init(_ event: ProgressEvent, _ paint: Paint) {
    self.event = event
    self.paint = paint
  }

  /// What the line is about, without how it ended.
  var subject: String {
    var words = [paint(.strong, printable(event.domain))]
    if let step = event.step {
      words += [step.action, step.target.name, step.side, step.slot?.description].compactMap { $0 }.map(printable)
    }
    return words.joined(separator: ProgressLine.gap)
  }

  /// The settled line; `nil` for events that settle nothing.
  var text: String? {
    switch event.phase {
    case .begun, .finished: nil
    case .done: with(.add, event.duration.map(spanned) ?? "done")
    case .notDone: with(.refuse, "not done")
    case .unknown: with(.change, StepWords.state("unknown"))
    case .waiting: with(.wait, StepWords.state("waiting"))
    case .skipped: with(.faint, "skipped")
    }
  }

  private func with(_ ink: Paint.Ink, _ words: String) -> String {
    var line = subject + ProgressLine.gap + paint(ink, words)
    if let message = event.message.map(printable), !message.isEmpty, event.phase != .done { line += ": " + message }
    return line
  }
}
