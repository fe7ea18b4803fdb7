package import Logging
import OperatorFiles
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Writes the log to stderr: a line of text, or a JSON object, with the metadata behind the message. Secrets have no
/// way into it: what holds one cannot be printed (`Secret`), and bodies are not logged.
package struct DaemonLogHandler: LogHandler {
  package enum Format: String, Sendable, Hashable, CaseIterable {
    case text
    case json
  }

  /// What may change while loggers are in use. A reload changes the level of all of them.
  package final class Settings: Sendable {
    private let level: Mutex<Logger.Level>

    package init(level: Logger.Level) { self.level = Mutex(level) }

    package var current: Logger.Level {
      get { level.withLock { $0 } }
      set { level.withLock { $0 = newValue } }
    }
  }

  private let label: String
  private let format: Format
  private let hasPriorities: Bool
  private let settings: Settings
  private let write: @Sendable (String) -> Void
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  /// A logger's own level; without one that of all.
  private var own: Logger.Level?

  /// `hasPriorities` says that the journal reads along, which takes `<6>` for a priority (sd-daemon(3)); `write` takes a
  /// line with its end.
  package init(
    label: String, format: Format, hasPriorities: Bool, settings: Settings,
    write: @escaping @Sendable (String) -> Void = DaemonLogHandler.standardError
  ) {
    self.label = label
    self.format = format
    self.hasPriorities = hasPriorities
    self.settings = settings
    self.write = write
  }

  package var logLevel: Logger.Level {
    get { own ?? settings.current }
    set { own = newValue }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
    if let given = event.metadata { all.merge(given) { $1 } }
    if let error = event.error { all["error"] = "\(error)" }
    let fields = all.map { (key: $0.key, text: "\($0.value)") }.sorted { $0.key < $1.key }
    switch format {
    case .text: write(text(event, fields))
    case .json: write(json(event, fields))
    }
  }

  private func text(_ event: LogEvent, _ fields: [(key: String, text: String)]) -> String {
    // The journal knows when and from whom; on a terminal the line says it.
    let start =
      hasPriorities
      ? "<\(DaemonLogHandler.priority(event.level))>"
      : "\(TimeText.text(ofMoment: TimeText.now())) \(event.level.rawValue.uppercased()) "
    let words = fields.map { " \($0.key)=\(DaemonLogHandler.word($0.text))" }.joined()
    return start + DaemonLogHandler.flat("\(event.message)") + words + "\n"
  }

  private func json(_ event: LogEvent, _ fields: [(key: String, text: String)]) -> String {
    let own = [
      ("time", TimeText.text(ofMoment: TimeText.now())), ("level", event.level.rawValue), ("logger", label),
      ("message", "\(event.message)"),
    ]
    let taken = Set(own.map(\.0))
    let given = fields.map { (taken.contains($0.key) ? "_\($0.key)" : $0.key, $0.text) }
    let members = (own + given).map { "\(QuotedText.json($0.0)):\(QuotedText.json($0.1))" }
    return "{" + members.joined(separator: ",") + "}\n"
  }

  /// syslog(3)'s numbers.
  private static func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }

  /// In quotes where a reader could not tell where it ends.
  private static func word(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"\"=\\".utf8.contains($0) }
    return isPlain ? text : QuotedText.json(text)
  }

  /// One line: nobody makes up a line of our log by what he calls a domain.
  private static func flat(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
  }

  /// Where stderr is closed there is nobody left to tell.
  package static let standardError: @Sendable (String) -> Void = { line in
    let bytes = Array(line.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
