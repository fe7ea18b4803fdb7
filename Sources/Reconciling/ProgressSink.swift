import Control
import Synchronization
import Vocabulary

/// Numbers the events of one operation and hands them on.
final class ProgressSink: Sendable {
  private let domain: String
  private let continuation: AsyncStream<ProgressEvent>.Continuation
  private let counter: Mutex<Int>

  init(domain: String, _ continuation: AsyncStream<ProgressEvent>.Continuation) {
    self.domain = domain
    self.continuation = continuation
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
    continuation.yield(
      ProgressEvent(
        sequence: sequence, domain: domain, phase: phase, step: step, duration: duration, message: message,
        report: report))
  }
}
