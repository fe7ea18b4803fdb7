import Daemon
import Foundation
import Logging
import Synchronization
import Testing

@Suite("The daemon's log")
struct DaemonLogTests {
  private func logged(
    _ format: DaemonLogHandler.Format, hasPriorities: Bool = false, _ body: (inout Logger) -> Void
  ) -> [String] {
    let lines = Lines()
    let settings = DaemonLogHandler.Settings(level: .info)
    var logger = Logger(label: "test") { label in
      DaemonLogHandler(label: label, format: format, hasPriorities: hasPriorities, settings: settings, write: lines.add)
    }
    body(&logger)
    return lines.all
  }

  @Test("the journal gets the priority and one line, metadata behind the message")
  func text() {
    let lines = logged(.text, hasPriorities: true) { logger in
      logger[metadataKey: "domain"] = "web-1"
      logger.error("no\nway", metadata: ["why": "a \"b\"", "n": "7"])
      logger.debug("unheard")
    }
    #expect(lines == ["<3>no way domain=web-1 n=7 why=\"a \\\"b\\\"\"\n"])
  }

  @Test("JSON lines are objects, whatever is in them")
  func json() throws {
    let lines = logged(.json) { $0.notice("a\u{1}\n\"b\"", metadata: ["level": "mine", "x": ["1", "2"]]) }
    let found = try #require(
      try JSONSerialization.jsonObject(with: Data(lines.joined().utf8)) as? [String: String])
    #expect(found["message"] == "a\u{1}\n\"b\"")
    #expect(found["level"] == "notice" && found["_level"] == "mine" && found["logger"] == "test")
    #expect(lines.joined().filter(\.isNewline).count == 1)
  }

  @Test("a reload changes the level of loggers that are in use")
  func level() {
    let settings = DaemonLogHandler.Settings(level: .info)
    let lines = Lines()
    let logger = Logger(label: "a") { label in
      DaemonLogHandler(label: label, format: .text, hasPriorities: true, settings: settings, write: lines.add)
    }
    logger.debug("one")
    settings.current = .debug
    logger.debug("two")
    #expect(lines.all == ["<7>two\n"])
  }
}

/// Lines, as they were written.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }
  var text: String { all.joined() }
  var add: @Sendable (String) -> Void { { line in self.lines.withLock { $0.append(line) } } }
}
