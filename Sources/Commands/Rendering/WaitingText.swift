import Control
import Vocabulary

/// An unplug that waits for the guest: since when, and what would end it (I10).
enum WaitingText {
  static func line(_ waiting: WaitingDocument, now: Int64, _ paint: Paint) -> String {
    "      " + paint(.faint, "# " + words(waiting, now: now))
  }

  static func words(_ waiting: WaitingDocument, now: Int64) -> String {
    let overdue = waiting.isOverdue ? ", overdue" : ""
    let again =
      waiting.isWantedAgain
      ? "; wanted again: it drops at the guest's next reset and is attached again at its slot" : ""
    return "asked \(spanned(now - waiting.since)) ago\(overdue); ends with \(printable(waiting.endedBy))\(again)"
  }
}
