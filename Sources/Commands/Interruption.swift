/// A signal ended a command that was changing something.
struct Interruption: Error {
  let signal: Int32

  /// As shells count.
  var exitCode: Int32 { 128 + signal }

  var message: String {
    "interrupted: what was begun is in the journal, and the next `vmctl reconcile` goes on from there"
  }
}

/// Runs work that a signal may end, at once.
///
/// Not a task group: that waits for the work it cancels, and a call to a libvirtd that hangs does not end.
func interruptible<Value: Sendable>(
  in context: Context, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
  let (ends, end) = AsyncStream.makeStream(of: Result<Value, any Error>.self)
  let interrupts = context.interrupts()
  let working = Task {
    do {
      end.yield(.success(try await work()))
    } catch {
      end.yield(.failure(error))
    }
  }
  let listening = Task {
    for await signal in interrupts { end.yield(.failure(Interruption(signal: signal))) }
  }
  defer {
    working.cancel()
    listening.cancel()
  }
  for await result in ends { return try result.get() }
  throw CancellationError()
}
