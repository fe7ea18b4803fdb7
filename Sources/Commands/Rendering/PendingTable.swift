import Control
import Vocabulary

/// What waits, over several domains: what the guest has now and what it gets.
enum PendingTable {
  static func lines(_ reports: [PendingReport], _ paint: Paint, _ width: Int?, now: Int64) -> [String] {
    var table = Table([
      .init("DOMAIN"), .init("DEVICE"), .init("FIELD"), .init("NOW"),
      .init("AT NEXT BOOT"), .init("APPLIED BY"),
    ])
    var waiting: [String] = []
    for report in reports {
      for change in report.pending {
        table.add(
          [
            .init(report.domain.name, .strong), .init(change.name),
            .init(change.path == change.name ? "-" : change.path), .init(change.now ?? "-"),
            .init(change.atNextBoot ?? "-"), .init(change.appliedBy),
          ], details: ["  " + paint(.faint, "# \(printable(change.reason))")])
      }
      for unplug in report.waiting {
        waiting.append(
          "\(paint(.wait, "…")) \(paint(.strong, printable(report.domain.name)))  \(printable(unplug.name))  "
            + "\(unplug.slot?.description ?? "")  waits for the guest")
        waiting.append(WaitingText.line(unplug, now: now, paint))
      }
    }
    let lines = table.lines(paint, width: width)
    return lines.isEmpty || waiting.isEmpty ? lines + waiting : lines + [""] + waiting
  }
}
