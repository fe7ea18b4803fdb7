import Control
import Synchronization
import Vocabulary

/// Numbers the events of one operation and hands them on.
final class ProgressSink: Sendable {
  private let domain: String
  private let send: @Sendable (ProgressEvent) -> Void
  private let counter: Mutex<Int>

  init(domain: String, _ send: @escaping @Sendable (ProgressEvent) -> Void) {
    self.domain = domain
    self.send = send
    counter = Mutex(0)
  }

  func send(
    _ phase: ProgressEvent.Phase, step: StepDocument? = nil, duration: Int64? = nil, message: String? = nil,
    report: OperationReport? = nil
  ) {
    let sequence = counter.withLock { count in
      count += 1
      return count
    }
    send(
      ProgressEvent(
        sequence: sequence, domain: domain, phase: phase, step: step, duration: duration, message: message,
        report: report))
  }
}
