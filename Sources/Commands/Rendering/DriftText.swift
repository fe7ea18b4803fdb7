import Control
import Vocabulary

/// Differences that nobody asked vmctl for: shown, left alone.
enum DriftText {
  static func lines(_ drift: [DriftDocument], _ paint: Paint) -> [String] {
    var table = Table([.init(), .init(), .init(), .init(), .init()], indent: "  ")
    for change in drift {
      table.add([
        .init(change.device ?? "domain"), .init(change.side), .init(change.path),
        .init("\(change.was ?? "nothing") → \(change.is ?? "nothing")"), .init("by \(change.by)", .faint),
      ])
    }
    return [paint(.strong, "Drift, left alone:")] + table.lines(paint)
  }
}
