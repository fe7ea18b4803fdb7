import Synchronization
package import Vocabulary

#if canImport(Glibc)
  import Glibc
#endif

/// What was decided, a JSON object a line: appended only, each line by one write, never a body. Opened anew on
/// `reopen`, for logrotate.
package final class AuditLog: Sendable {
  private struct State {
    var descriptor: Int32?
    var failure: Problem?
  }

  package let path: String
  private let state: Mutex<State>

  /// - Throws: `audit-failed` where the file cannot be opened or made.
  package init(_ path: String) throws(Problem) {
    self.path = path
    state = Mutex(State(descriptor: try AuditLog.open(path)))
  }

  deinit {
    state.withLock { state in
      if let descriptor = state.descriptor { Glibc.close(descriptor) }
    }
  }

  /// - Throws: `audit-failed`; what went before is kept open where there is no new file to be had.
  package func reopen() throws(Problem) {
    let descriptor: Int32
    do throws(Problem) {
      descriptor = try AuditLog.open(path)
    } catch {
      state.withLock { $0.failure = error }
      throw error
    }
    state.withLock { state in
      if let old = state.descriptor { Glibc.close(old) }
      state = State(descriptor: descriptor)
    }
  }

  /// Why the last line is not in the file; `nil` where it is.
  package var failure: Problem? { state.withLock { $0.failure } }

  /// - Throws: `audit-failed`, with the system's reason.
  package func write(_ line: AuditLine) throws(Problem) {
    let bytes = try line.bytes()
    let failure = state.withLock { state -> Problem? in
      guard let descriptor = state.descriptor else { return state.failure }
      var count = Glibc.write(descriptor, bytes, bytes.count)
      while count < 0, errno == EINTR { count = Glibc.write(descriptor, bytes, bytes.count) }
      state.failure = count == bytes.count ? nil : AuditLog.failed(path, count < 0 ? errno : ENOSPC)
      // Half a line must not run into the next one. Where that fails too, the next reader sees where.
      if count > 0, count < bytes.count { _ = Glibc.write(descriptor, "\n", 1) }
      return state.failure
    }
    if let failure { throw failure }
  }

  private static func open(_ path: String) throws(Problem) -> Int32 {
    // A pipe that nobody reads must not hold the daemon up, a link not lead elsewhere.
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK
    let descriptor = Glibc.open(path, flags, 0o600)
    guard descriptor >= 0 else { throw failed(path, errno) }
    return descriptor
  }

  private static func failed(_ path: String, _ number: Int32) -> Problem {
    Problem(
      "audit-failed", "the audit log \(path) cannot be written: \(String(cString: strerror(number)))", path: path,
      remedy: "make room, or correct `audit.file`; with `audit.required` nothing is changed until then")
  }
}
