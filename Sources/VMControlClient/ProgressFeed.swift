import Control
import Foundation
import Vocabulary

/// The progress of an operation as a daemon writes it, an event a line. Where it is cut off, each domain that had not
/// ended ends with what is known: a stream that merely stopped would look like success (I10).
actor ProgressFeed {
  private let stream: HTTPStream
  private let verb: String
  private var splitter: LineSplitter
  /// Those that have not ended, as far as they are known by name.
  private var open: [String]
  private var finished: Set<String> = []
  /// The oldest first.
  private var ready: [ProgressEvent] = []
  private var isOver = false
  private var sequence = 0

  /// Of domains whose names never came.
  private static let others = "other domains"

  init(_ stream: HTTPStream, limits: HTTPLimits, verb: String, domains: [String]) {
    self.stream = stream
    self.verb = verb
    splitter = LineSplitter(limit: limits.line)
    open = domains
  }

  /// Waits for the first event.
  /// - Throws: where the stream is cut off before it.
  func begin() async throws(Problem) {
    while ready.isEmpty, !isOver { try await read() }
  }

  func next() async -> ProgressEvent? {
    while ready.isEmpty, !isOver {
      do throws(Problem) {
        try await read()
      } catch {
        end(with: error)
      }
    }
    return ready.isEmpty ? nil : ready.removeFirst()
  }

  private func read() async throws(Problem) {
    guard let bytes = try await stream.next() else {
      isOver = true
      return
    }
    let lines: [[UInt8]]
    do {
      lines = try splitter.take(bytes)
    } catch {
      throw Problem("daemon-answer", "a line of the daemon's answer is longer than \(error.limit) bytes")
    }
    for line in lines {
      let event: ProgressEvent
      do {
        event = try JSONDecoder().decode(ProgressEvent.self, from: Data(line))
      } catch {
        throw Problem(
          "daemon-answer", "a line of vmctld's answer cannot be read",
          remedy: "are vmctl and vmctld of one version?", underlying: "\(error)")
      }
      sequence = max(sequence, event.sequence)
      note(event)
      ready.append(event)
    }
  }

  private func note(_ event: ProgressEvent) {
    if event.phase == .finished {
      finished.insert(event.domain)
      open.removeAll { $0 == event.domain || $0 == event.report?.uuid?.description }
    } else if !open.contains(event.domain), !finished.contains(event.domain) {
      open.append(event.domain)
    }
  }

  private func end(with problem: Problem) {
    isOver = true
    // Whose caller has gone has nobody to tell.
    guard problem.code != "cancelled" else { return }
    for domain in open.isEmpty ? [ProgressFeed.others] : open {
      var report = OperationReport(domain: domain, verb: verb, outcome: problem.code.outcome, summary: problem.message)
      var problem = problem
      problem.domain = open.isEmpty ? nil : domain
      report.problems = [problem]
      sequence += 1
      ready.append(
        ProgressEvent(
          sequence: sequence, domain: domain, phase: .finished, message: problem.message, report: report))
    }
  }
}
