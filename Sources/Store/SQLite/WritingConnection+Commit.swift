import GRDB
import Synchronization

/// One writer for many callers: who asks while a commit is on its way shares the next one (group commit).
///
/// The work does not see the cancellation of the task that asked. What is to be written here has happened already
/// (a call was made, a document was promised), and GRDB's own `async write` gives up on cancellation.
extension WritingConnection {
  /// A piece of work. `run` does it and returns what tells its caller, once it is durable.
  struct Job: Sendable {
    let run: @Sendable (Connection) throws -> @Sendable () -> Void
    let fail: @Sendable (StoreError) -> Void
  }

  /// Runs `body` in a transaction and returns when it is durable. An error leaves nothing of it behind.
  func commit<Answer: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> Answer
  ) async throws(StoreError) -> Answer {
    let result: Result<Answer, StoreError> = await withCheckedContinuation { continuation in
      let job = Job(
        run: { connection in
          let answer = try body(connection)
          return { continuation.resume(returning: .success(answer)) }
        },
        fail: { continuation.resume(returning: .failure($0)) })
      let isFirst = waiting.withLock { waiting in
        waiting.append(job)
        return waiting.count == 1
      }
      guard isFirst else { return }
      #if Faults
        if StoreExecution.isInline { return database.writeWithoutTransaction { _ in drain() } }
      #endif
      database.asyncWriteWithoutTransaction { _ in self.drain() }
    }
    return try result.get()
  }

  private func drain() {
    let jobs = waiting.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
    var done: [@Sendable () -> Void] = []
    var failed: [(job: Job, error: any Error)] = []
    var epoch: Int64?
    do {
      let connection = try connection()
      try connection.transaction {
        let changesBefore = connection.totalChanges
        for job in jobs {
          do {
            var tell: (@Sendable () -> Void)?
            // Alone in its transaction a job goes with it.
            if jobs.count == 1 {
              tell = try job.run(connection)
            } else {
              try connection.savepoint { tell = try job.run(connection) }
            }
            if let tell { done.append(tell) }
          } catch {
            // On a full disk or an I/O error SQLite may have rolled back everything; then all have failed.
            guard jobs.count > 1, connection.isInTransaction else { throw error }
            failed.append((job, error))
          }
        }
        if connection.totalChanges != changesBefore { epoch = try passFence(connection) }
      }
    } catch {
      let error = StoreError(error, path: path)
      for job in jobs { job.fail(error) }
      return
    }
    if let epoch { self.epoch.withLock { $0 = epoch } }
    for (job, error) in failed { job.fail(StoreError(error, path: path)) }
    for tell in done { tell() }
  }

  /// Two writers cannot be where the lock holds. Where it does not (its file deleted, the folder copied while in
  /// use), the second to write takes the epoch and the first finds out here (F16). Only a session that changes
  /// something counts up, so that a second reconcile writes nothing (I9).
  /// - Returns: the epoch of this session.
  private func passFence(_ connection: Connection) throws -> Int64 {
    let found = try connection.integer("SELECT epoch FROM writer") ?? 0
    guard let ours = epoch.withLock({ $0 }) else {
      try connection.execute("UPDATE writer SET epoch = epoch + 1")
      return found + 1
    }
    guard ours == found else { throw StoreError(.fenced, path: path) }
    return ours
  }
}
