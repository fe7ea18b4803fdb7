import CSimulator
import Synchronization
import TestSupport

/// One thread for everything: every task and actor of a history takes its turns here, in an order that follows from the
/// seed, and time passes when nobody can go on.
final class SimulationLoop: Sendable {
  static let shared = SimulationLoop()

  private let ready = Mutex<[UnownedJob]>([])
  private let executor = LoopExecutor()

  private init() {
    vmctl_take_jobs { job in
      guard let job else { return }
      SimulationLoop.shared.ready.withLock { $0.append(unsafeBitCast(job, to: UnownedJob.self)) }
    }
  }

  /// More turns than any history takes: one that has no end is found by it.
  private static let turnLimit = 300_000

  /// Runs `body` and everything that it starts.
  /// - Returns: `nil` where nobody can go on and nobody sleeps, or where it has no end.
  func run<Value: Sendable>(
    _ clock: VirtualClock, _ chances: SeededNumbers, _ body: @escaping @Sendable () async -> Value
  ) -> Value? {
    var chances = chances
    let result = Mutex<Value?>(nil)
    return withExtendedLifetime(Box(result)) { box in
      Task.detached { [box] in
        let value = await body()
        box.value.withLock { $0 = value }
      }
      for _ in 0..<SimulationLoop.turnLimit {
        if let value = box.value.withLock({ $0 }) {
          drain(clock)
          return value
        }
        guard let job = next(&chances) else {
          if clock.advanceToNextSleeper() { continue }
          return nil
        }
        unsafe job.runSynchronously(on: executor.asUnownedSerialExecutor())
      }
      return nil
    }
  }

  /// Lets everything that still sleeps come to its end.
  private func drain(_ clock: VirtualClock) {
    for _ in 0..<SimulationLoop.turnLimit {
      if let job = ready.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        unsafe job.runSynchronously(on: executor.asUnownedSerialExecutor())
      } else if !clock.advanceToNextSleeper() {
        return
      }
    }
  }

  /// Mostly the oldest; now and then another one, for tasks race in a real program too.
  private func next(_ chances: inout SeededNumbers) -> UnownedJob? {
    ready.withLock { ready in
      guard !ready.isEmpty else { return nil }
      if ready.count > 1, chances.once(in: 4) {
        return ready.remove(at: Int.random(in: 0..<min(ready.count, 4), using: &chances))
      }
      return ready.removeFirst()
    }
  }

  private final class Box<Value: Sendable>: Sendable {
    let value: Mutex<Value?>
    init(_ value: consuming Mutex<Value?>) { self.value = value }
  }
}

/// What jobs are told that they run on.
private final class LoopExecutor: SerialExecutor {
  func enqueue(_ job: UnownedJob) {
    // Nothing names this executor: jobs come by the hook.
    unsafe job.runSynchronously(on: asUnownedSerialExecutor())
  }
}
