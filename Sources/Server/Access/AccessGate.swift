package import Logging
import Synchronization
package import Vocabulary

/// The gate of a daemon: how many requests a principal may send, and the audit log.
package final class AccessGate: RequestGate {
  /// Whether the log of decisions is there, and whether anything is changed without it.
  package enum Audit: Sendable {
    case off
    case wanted(AuditLog)
    /// Changes are refused while it cannot be written.
    case required(AuditLog)
  }

  private let limiter: RateLimiter
  private let audit: Audit
  private let logger: Logger
  private let now: @Sendable () -> Int64
  /// Whether the last line could be written: said once, not for each request.
  private let isFailing = Mutex(false)

  package init(
    _ limiter: RateLimiter, audit: Audit, logger: Logger, now: @escaping @Sendable () -> Int64 = AccessClock.wall
  ) {
    self.limiter = limiter
    self.audit = audit
    self.logger = logger
    self.now = now
  }

  package func admit(_ principal: Principal, route: String, method: String) async throws(Problem) {
    if let wait = limiter.take(principal.name) {
      throw Problem(
        "rate-limited", "\(principal.name) sends more requests than `limits.rate` allows",
        wanted: "\(max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0)))")
    }
    // The line goes first: a disk that is full must be noticed before the change, not after it.
    guard case .required(let log) = audit, !["GET", "HEAD", "OPTIONS"].contains(method) else { return }
    try write(.admitted(at: now(), actor: principal.name, method: method, route: route), to: log)
  }

  package func note(_ decision: AuditDecision) async {
    switch audit {
    case .off: return
    case .wanted(let log), .required(let log):
      // `write` has said it in the log already; the answer is on its way.
      try? write(.decided(decision), to: log)
    }
  }

  private func write(_ line: AuditLine, to log: AuditLog) throws(Problem) {
    do throws(Problem) {
      try log.write(line)
    } catch {
      if isFailing.withLock({ failing in
        defer { failing = true }
        return !failing
      }) {
        logger.error("\(error.message)")
      }
      throw error
    }
    if isFailing.withLock({ failing in
      defer { failing = false }
      return failing
    }) {
      logger.notice("the audit log is written again", metadata: ["path": "\(log.path)"])
    }
  }
}
