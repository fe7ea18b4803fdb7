import Control
import Testing
import Vocabulary

@Suite struct ProgressTests {
  private static var around: Surroundings {
    var around = Surroundings()
    around.answers.events = Samples.events
    return around
  }

  @Test func `a step is a line when it is settled`() async {
    let ran = await ProgressTests.around.run("reconcile", "web-1")
    #expect(
      ran.talk == """
        web-1  attach  data  live  pci 0000:05:00.0  41 ms
        web-1  detach  scratch  live  pci 0000:06:00.0  waits for the guest
        web-1  detach  scratch  live  pci 0000:06:00.0  2.3 s

        """)
    #expect(ran.output == "web-1: as wanted after 2 steps\n")
  }

  @Test func `quiet says nothing, and the result is still data`() async {
    let ran = await ProgressTests.around.run("reconcile", "web-1", "--quiet")
    #expect(ran.talk.isEmpty)
    #expect(ran.output == "web-1: as wanted after 2 steps\n")
  }

  @Test func `with JSON each line of progress is an object`() async throws {
    let ran = await ProgressTests.around.run("reconcile", "web-1", "-o", "json")
    let events = try ran.talk.split(separator: "\n").map { try decode(ProgressEvent.self, String($0)) }
    #expect(events == Samples.events)
    #expect(try decode(OperationReport.self, ran.output) == Samples.events.last?.report)
  }

  @Test(arguments: [ProgressEvent.Phase.notDone, .unknown, .skipped])
  func `what did not go as planned says why`(_ phase: ProgressEvent.Phase) async {
    let step = Samples.step("attach", TargetDocument(device: "data"), side: "live")
    var around = Surroundings()
    around.answers.events = [
      ProgressEvent(sequence: 1, domain: "web-1", phase: phase, step: step, message: "the reason\nand more"),
      Samples.finished(Samples.report(.error)),
    ]
    let ran = await around.run("reconcile", "web-1")
    #expect(ran.talk.hasPrefix("web-1  attach  data  live  "))
    #expect(ran.talk.contains(": the reason\\u{a}and more\n"))
  }

  @Test func `a terminal sees steps run and keeps them when they are done`() async {
    var around = ProgressTests.around
    around.talkIsTerminal = true
    around.environment = ["TERM": "xterm", "NO_COLOR": "1"]
    let ran = await around.run("reconcile", "web-1")
    #expect(ran.talk.contains("⠋ web-1  attach  data  live  pci 0000:05:00.0  0 ms"))
    #expect(
      Screen(ran.talk, columns: 80).lines == [
        "web-1  attach  data  live  pci 0000:05:00.0  41 ms",
        "web-1  detach  scratch  live  pci 0000:06:00.0  2.3 s",
      ])
    #expect(!ran.talk.contains("\u{1b}[?25"), "the cursor is never hidden")
  }

  @Test(arguments: [10, 20, 33, 60, 200]) func `no drawing wraps, whatever the width`(_ columns: Int) async {
    var around = ProgressTests.around
    around.answers.events.removeLast(2)
    around.answers.staysOpen = true
    around.signal = 2
    around.talkIsTerminal = true
    around.columns = columns
    around.environment = ["TERM": "xterm", "NO_COLOR": "1"]
    let ran = await around.run("reconcile", "web-1")
    #expect(ran.status == 130)
    for drawing in ran.talk.split(separator: "\n").filter({ $0.contains("⠋") }) {
      let spun = drawing.split(separator: "⠋", omittingEmptySubsequences: false).dropFirst()
      for line in spun { #expect(line.prefix { $0 != "\r" && $0 != "\u{1b}" }.count < columns) }
    }
    // What was not settled when the signal came stays, and the message has a line of its own.
    let end = "interrupted: what was begun is in the journal, and the next `vmctl reconcile` goes on from there\n"
    #expect(ran.talk.hasSuffix("\n" + end))
  }

  @Test func `a dumb terminal gets lines`() async {
    var around = ProgressTests.around
    around.talkIsTerminal = true
    around.environment = ["TERM": "dumb"]
    #expect(await around.run("reconcile", "web-1").talk.split(separator: "\n").count == 3)
  }

  @Test func `more steps than rows are counted`() async {
    var around = Surroundings()
    around.talkIsTerminal = true
    around.environment = ["TERM": "xterm", "NO_COLOR": "1"]
    around.answers.events = (1...40).map { number in
      let step = Samples.step("attach", TargetDocument(device: "d\(number)"), order: number, side: "live")
      return ProgressEvent(sequence: number, domain: "web-\(number)", phase: .begun, step: step)
    }
    let ran = await around.run("reconcile", "--all")
    #expect(ran.talk.contains("… and 19 more"))
  }
}

/// A terminal, as far as progress uses one: text, line ends, cursor up, erase below.
struct Screen {
  private(set) var lines: [String] = []

  init(_ text: String, columns: Int) {
    var rows: [[Character]] = [[]]
    var row = 0
    var column = 0
    var rest = Substring(text)
    while let character = rest.popFirst() {
      switch character {
      case "\r": column = 0
      case "\n":
        row += 1
        column = 0
        if row == rows.count { rows.append([]) }
      case "\u{1b}":
        let parameters = rest.dropFirst().prefix { $0.isNumber || $0 == ";" }
        let command = rest.dropFirst(1 + parameters.count).first
        rest = rest.dropFirst(2 + parameters.count)
        if command == "A" { row = max(0, row - (Int(parameters) ?? 1)) }
        if command == "J" {
          rows[row] = Array(rows[row].prefix(column))
          rows.removeSubrange((row + 1)...)
        }
      default:
        if column == columns {
          row += 1
          column = 0
          if row == rows.count { rows.append([]) }
        }
        while rows[row].count <= column { rows[row].append(" ") }
        rows[row][column] = character
        column += 1
      }
    }
    lines = rows.map { String($0) }
    while lines.last?.isEmpty ?? false { lines.removeLast() }
  }
}
