import Control
import Vocabulary

/// What is wanted and is not done, and what it would take.
struct RefusalText {
  private let refused: [RefusalDocument]
  private let paint: Paint

  init(_ refused: [RefusalDocument], _ paint: Paint) {
    self.refused = refused
    self.paint = paint
  }

  var lines: [String] {
    refused.flatMap { block($0) + [""] }
  }

  private func block(_ refusal: RefusalDocument) -> [String] {
    let name = refusal.target?.name ?? "domain"
    var lines = [
      "  " + paint(.refuse, "! " + printable(name)) + "  refused  " + paint(.faint, printable(refusal.code)),
      "      " + printable(refusal.reason),
    ]
    for (word, text) in [
      ("at", refusal.path), ("wanted", refusal.wanted), ("is", refusal.is), ("would take", refusal.wouldTake),
    ] {
      guard let text, !text.isEmpty else { continue }
      let space = String(repeating: " ", count: "would take".count - word.count)
      lines.append("      \(paint(.faint, word))\(space)  \(printable(text))")
    }
    return lines
  }
}
