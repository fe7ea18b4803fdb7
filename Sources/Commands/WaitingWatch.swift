import Control
import Synchronization
import Vocabulary

/// Looks at domains until a condition holds of all of them: when a daemon says that something happened, else every
/// second.
struct WaitingWatch: Sendable {
  struct Result: Sendable {
    struct Document: Codable, Sendable {
      var apiVersion = "vmctl/v1"
      var kind = "Wait"
      let domain: String
      let met: Bool
      /// What is instead.
      let reason: String?
      let exitCode: Int32
    }

    let domain: String
    let standing: WaitCondition.Standing

    var outcome: Outcome {
      switch standing {
      case .met: .asWanted
      case .notYet: .waiting
      case .gone: .conflict
      }
    }

    var document: Document {
      var reason: String?
      if case .notYet(let found) = standing { reason = found }
      if standing == .gone { reason = "gone" }
      return Document(domain: domain, met: standing == .met, reason: reason, exitCode: outcome.exitCode)
    }

    func words(_ condition: WaitCondition, _ timeout: TimeArgument) -> String {
      switch standing {
      case .met: "\(condition.words)"
      case .notYet(let found): "not \(condition.words) after \(timeout): \(found)"
      case .gone: "gone"
      }
    }
  }

  /// A daemon tells of changes; what it tells of may have begun before we listened, and a look costs it little.
  private static let slow = Duration.seconds(10)
  private static let fast = Duration.seconds(1)

  let chosen: ChosenControl
  let condition: WaitCondition
  let generation: Int64?

  func run(_ names: [String], timeout: Duration) async throws -> [Result] {
    let end = ContinuousClock.now + timeout
    // Listening begins before the first look, so that nothing happens between the two.
    let happenings = try await happenings()
    let pause = happenings == nil ? WaitingWatch.fast : WaitingWatch.slow
    defer { happenings?.stop() }
    while true {
      let results = try await look(names)
      let left = end - ContinuousClock.now
      let isOpen = results.contains { if case .notYet = $0.standing { true } else { false } }
      if !isOpen || results.contains(where: { $0.standing == .gone }) || left <= .zero { return results }
      if let happenings {
        await happenings.next(within: min(pause, left))
      } else {
        try await Task.sleep(for: min(pause, left))
      }
    }
  }

  private func look(_ names: [String]) async throws(Problem) -> [Result] {
    var results: [Result] = []
    for name in names {
      var report: DomainReport?
      do throws(Problem) {
        report = try await chosen.control.domains([name]).first
      } catch {
        // A daemon that is started again while somebody waits is waited for too.
        guard ["no-such-domain", "daemon-lost", "no-daemon"].contains(error.code),
          error.code == "no-such-domain" || chosen.resident != nil
        else { throw error }
        if error.code != "no-such-domain" {
          results.append(Result(domain: name, standing: .notYet(error.message)))
          continue
        }
      }
      results.append(Result(domain: name, standing: condition.standing(of: report, since: generation)))
    }
    return results
  }

  private func happenings() async throws(Problem) -> Happenings? {
    guard let resident = chosen.resident else { return nil }
    return Happenings(try await resident.events(after: nil))
  }
}

/// That something happened: several events between two looks are one.
final class Happenings: Sendable {
  private let task: Task<Void, Never>
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(_ events: AsyncStream<ServerEvent>) {
    let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    (self.signals, self.signal) = (signals, signal)
    task = Task {
      // Steps come many a second and change no condition by themselves.
      for await event in events where event.type != .progress { signal.yield() }
    }
  }

  func stop() {
    task.cancel()
    signal.finish()
  }

  /// Returns when something happened, or that time is over.
  func next(within time: Duration) async {
    let alarm = Task { [signal] in
      // Cancelled because something happened.
      guard (try? await Task.sleep(for: time)) != nil else { return }
      signal.yield()
    }
    defer { alarm.cancel() }
    for await _ in signals { return }
  }
}
