import Foundation

/// A signal ended a command that was changing something.
struct Interruption: Error {
  let signal: Int32

  /// As shells count.
  var exitCode: Int32 { 128 + signal }

  var message: String {
    "interrupted: what was begun is in the journal, and the next `vmctl reconcile` goes on from there"
  }
}

/// Runs work that a signal may end.
func interruptible<Value: Sendable>(
  in context: Context, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  try await withThrowingTaskGroup(of: Value?.self) { group in
    let interrupts = context.interrupts()
    group.addTask { try await work() }
    group.addTask {
      for await signal in interrupts { throw Interruption(signal: signal) }
      return nil
    }
    while let value = try await group.next() {
      guard let value else { continue }
      group.cancelAll()
      return value
    }
    throw CancellationError()
  }
}
