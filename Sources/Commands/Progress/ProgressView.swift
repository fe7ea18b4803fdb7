import Control

/// Shows how an operation goes on, on stderr.
protocol ProgressView: Sendable {
  func take(_ event: ProgressEvent)
  /// Redraws what moves by itself; `nil` where nothing does.
  var tick: (@Sendable () -> Void)? { get }
  /// Nothing more comes, or a signal ended it: leaves the terminal as it should be.
  func finish()
}

extension ProgressView {
  var tick: (@Sendable () -> Void)? { nil }
  func finish() {}
}

/// `--quiet`.
struct SilentProgress: ProgressView {
  func take(_ event: ProgressEvent) {}
}

/// For logs and pipes: a line for each step when it is settled.
struct LinesOfProgress: ProgressView {
  let terminal: Terminal
  let paint: Paint

  func take(_ event: ProgressEvent) {
    guard let text = ProgressLine(event, paint).text else { return }
    // Where stderr is closed nobody looks on.
    try? terminal.write(text + "\n")
  }
}

/// For programs: each event as it came.
struct ProgressAsJSON: ProgressView {
  let terminal: Terminal

  func take(_ event: ProgressEvent) {
    // As above.
    try? terminal.write(JSONText.line(event) + "\n")
  }
}
