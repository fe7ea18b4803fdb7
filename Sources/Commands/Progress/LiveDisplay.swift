import Control
import Synchronization

/// Progress on a terminal: settled steps stay as lines, running ones are redrawn below them with a spinner and the
/// time they take.
///
/// The cursor is never hidden and no mode is changed, so there is nothing to put back when a signal comes.
final class LiveDisplay: ProgressView {
  private struct Running {
    let key: String
    var subject: String
    var words: String
    let since: Int64
  }

  private struct State {
    var running: [Running] = []
    /// How long the lines are that were drawn last: on a window that became narrower they take several rows.
    var drawn: [Int] = []
    var frame = 0
    var isOver = false
  }

  private static let spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

  private let terminal: Terminal
  private let paint: Paint
  private let now: @Sendable () -> Int64
  private let state = Mutex(State())

  init(terminal: Terminal, paint: Paint, now: @escaping @Sendable () -> Int64) {
    self.terminal = terminal
    self.paint = paint
    self.now = now
  }

  func take(_ event: ProgressEvent) {
    state.withLock { state in
      var settled: [String] = []
      let key = LiveDisplay.key(event)
      let place = state.running.firstIndex { $0.key == key }
      switch event.phase {
      case .begun, .waiting:
        // Cut to the window when drawn, so without colour.
        let subject = ProgressLine(event, Paint(isOn: false)).subject
        let words = event.phase == .waiting ? StepWords.state("waiting") : ""
        if let place {
          state.running[place].words = words
        } else {
          state.running.append(Running(key: key, subject: subject, words: words, since: now()))
        }
      case .done, .notDone, .unknown, .skipped:
        if let place { state.running.remove(at: place) }
        settled = [ProgressLine(event, paint).text].compactMap { $0 }
      case .finished:
        // What still waits when the operation ends stays as a line.
        for running in state.running where running.key.hasPrefix(event.domain + "\0") {
          settled.append("\(running.subject)  \(paint(.wait, running.words.isEmpty ? "not settled" : running.words))")
        }
        state.running.removeAll { $0.key.hasPrefix(event.domain + "\0") }
      }
      draw(&state, settled: settled)
    }
  }

  var tick: (@Sendable () -> Void)? {
    {
      self.state.withLock { state in
        guard !state.running.isEmpty else { return }
        state.frame += 1
        self.draw(&state, settled: [])
      }
    }
  }

  func finish() {
    state.withLock { state in
      guard !state.isOver else { return }
      let left = state.running.map { running in
        "\(running.subject)  \(paint(.wait, running.words.isEmpty ? "not settled" : running.words))"
      }
      state.running = []
      draw(&state, settled: left)
      state.isOver = true
    }
  }

  private static func key(_ event: ProgressEvent) -> String {
    let step = event.step
    return [event.domain, step?.action, step?.target.name, step?.side].map { $0 ?? "" }.joined(separator: "\0")
  }

  // MARK: Drawing

  /// One write for each drawing, so that no half of one is ever seen.
  private func draw(_ state: inout State, settled: [String]) {
    guard !state.isOver else { return }
    let size = terminal.size()
    var text = ""
    let rows = state.drawn.reduce(0) { $0 + max(1, ($1 + size.columns - 1) / max(1, size.columns)) }
    if rows > 0 { text += "\r" + (rows > 1 ? "\u{1b}[\(rows - 1)A" : "") + "\u{1b}[J" }
    for line in settled { text += line + "\n" }
    let lines = moving(state, size)
    // The cursor waits at the start of a line: the ^C that a terminal echoes there cannot wrap.
    text += lines.map { paint(.faint, $0) }.joined(separator: "\n") + (lines.isEmpty ? "" : "\r")
    state.drawn = lines.map(\.count)
    guard !text.isEmpty else { return }
    // As everywhere on stderr: closed, nobody looks on.
    try? terminal.write(text)
  }

  private func moving(_ state: State, _ size: Terminal.Size) -> [String] {
    // The last column stays free: a terminal that wraps there would add a row that is not counted.
    let room = max(1, size.columns - 1)
    let most = max(1, size.rows - 2)
    let shown = state.running.count > most ? most - 1 : state.running.count
    var lines = state.running.prefix(shown).enumerated().map { index, running in
      let spinner = LiveDisplay.spinner[(state.frame + index) % LiveDisplay.spinner.count]
      let time = spanned(max(0, now() - running.since) / 100 * 100)
      let line = [spinner + " " + running.subject, running.words, time].filter { !$0.isEmpty }.joined(separator: "  ")
      return line.count > room ? String(line.prefix(max(0, room - 1))) + "…" : line
    }
    if shown < state.running.count { lines.append(String("… and \(state.running.count - shown) more".prefix(room))) }
    return lines
  }
}
