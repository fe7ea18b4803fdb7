import Control
import Vocabulary

/// Carries out what changes something: shows its progress, hears signals, and gathers the reports.
struct Follower {
  private static let frame = Duration.milliseconds(100)

  private let context: Context
  private let view: any ProgressView

  init(_ context: Context, _ format: OutputFormat, isQuiet: Bool, noColor: Bool) {
    self.context = context
    let terminal = context.talk
    let paint = Paint(for: terminal, context.environment, noColor: noColor)
    if isQuiet {
      view = SilentProgress()
    } else if terminal.isTerminal, !["", "dumb"].contains(context.environment["TERM"] ?? "") {
      view = LiveDisplay(terminal: terminal, paint: paint, now: context.now)
    } else if format == .json {
      view = ProgressAsJSON(terminal: terminal)
    } else {
      view = LinesOfProgress(terminal: terminal, paint: paint)
    }
  }

  /// The reports of all domains, by name. `mayBeNone`: an operation on no domain at all is one too.
  func reports(
    mayBeNone: Bool = false,
    _ begin: @escaping @Sendable () async throws(Problem) -> AsyncStream<ProgressEvent>
  ) async throws -> [OperationReport] {
    defer { view.finish() }
    let reports = try await interruptible(in: context) { [view] in
      try await withThrowingTaskGroup(of: Void.self) { group in
        if let tick = view.tick {
          group.addTask {
            while !Task.isCancelled {
              // Cancelled while it sleeps: over.
              guard (try? await Task.sleep(for: Follower.frame)) != nil else { return }
              tick()
            }
          }
        }
        defer { group.cancelAll() }
        return try await Follower.collect(try await begin(), view)
      }
    }
    if reports.isEmpty, !mayBeNone { throw Problem("error", "the operation ended without saying how") }
    return reports
  }

  private static func collect(
    _ events: AsyncStream<ProgressEvent>, _ view: any ProgressView
  ) async throws(Problem) -> [OperationReport] {
    var reports: [String: OperationReport] = [:]
    var seen: Set<String> = []
    for await event in events {
      seen.insert(event.domain)
      view.take(event)
      if event.phase == .finished, let report = event.report { reports[event.domain] = report }
    }
    // Whatever ended without a word is no success (I10).
    for domain in seen where reports[domain] == nil && !Task.isCancelled {
      var report = OperationReport(
        domain: domain, verb: "", outcome: .error, summary: "ended without saying how; see `vmctl history \(domain)`")
      report.problems = [Problem("error", "the operation ended without saying how", domain: domain)]
      reports[domain] = report
    }
    return reports.values.sorted { $0.domain < $1.domain }
  }
}
