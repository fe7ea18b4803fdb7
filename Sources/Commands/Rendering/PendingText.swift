import Control
import Vocabulary

/// What the running guest gets at its next cold boot.
struct PendingText {
  private let pending: [PendingDocument]
  private let paint: Paint

  init(_ pending: [PendingDocument], _ paint: Paint) {
    self.pending = pending
    self.paint = paint
  }

  var lines: [String] {
    var lines: [String] = []
    var commands: [String] = []
    for change in pending where !commands.contains(change.appliedBy) { commands.append(change.appliedBy) }
    let by = commands.map(printable).joined(separator: ", ")
    lines.append(paint(.strong, "At the next boot") + (by.isEmpty ? ":" : " (\(by)):"))
    var table = Table([.init(), .init(), .init()], indent: "  ")
    for change in pending {
      table.add(
        [
          .init("~ " + change.name, .change), .init(change.path == change.name ? "" : change.path),
          .init(PendingText.words(change)),
        ],
        details: [paint(.faint, "      # \(printable(change.reason))")])
    }
    return lines + table.lines(paint)
  }

  static func words(_ change: PendingDocument) -> String {
    "\(change.now ?? "nothing") → \(change.atNextBoot ?? "nothing")"
  }
}
