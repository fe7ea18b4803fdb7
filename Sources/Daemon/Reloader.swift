package import Logging
import OperatorFiles
import Server
package import Vocabulary

/// Reads anew what may change while the daemon runs. What cannot be read leaves what held before, and is said.
package actor Reloader {
  private let read: @Sendable () -> Result<DaemonSettings, Problem>
  private let parts: AccessParts
  private let log: DaemonLogHandler.Settings
  private let logger: Logger
  private var settings: DaemonSettings
  private var tokenStamp: OperatorFile.Stamp?

  /// `read` gives the configuration of the moment, from all its places.
  package init(
    _ settings: DaemonSettings, parts: AccessParts, log: DaemonLogHandler.Settings, logger: Logger,
    read: @escaping @Sendable () -> Result<DaemonSettings, Problem>
  ) {
    self.settings = settings
    self.parts = parts
    self.log = log
    self.logger = logger
    self.read = read
    tokenStamp = settings.tokens.flatMap { OperatorFile.stamp(of: $0) }
  }

  /// On SIGHUP: the configuration, the tokens, the TLS files, and the audit log, which logrotate has moved away.
  package func reload() {
    attempt("the configuration") { () throws(Problem) in try apply(try read().get()) }
    attempt("the tokens") { () throws(Problem) in try reloadTokens() }
    attempt("the TLS certificate") { () throws(Problem) in try parts.tls?.reload() }
    attempt("the audit log") { () throws(Problem) in try parts.audit?.reopen() }
  }

  /// The tokens, where their file is another than at the last look.
  package func reloadTokensIfChanged() {
    guard let path = settings.tokens else { return }
    guard OperatorFile.stamp(of: path) != tokenStamp else { return }
    attempt("the tokens") { () throws(Problem) in try reloadTokens() }
  }

  private func reloadTokens() throws(Problem) {
    // Before reading: a file that changes in between is read again.
    tokenStamp = settings.tokens.flatMap { OperatorFile.stamp(of: $0) }
    parts.tokens.replace(with: try AccessParts.tokens(settings))
    logger.notice("tokens read", metadata: ["count": "\(parts.tokens.count)"])
  }

  private func apply(_ new: DaemonSettings) throws(Problem) {
    let rules = try AccessParts.rules(new)
    parts.peers.replace(with: rules)
    parts.certificates.replace(with: new.certificates)
    parts.limiter.change(to: new.rate)
    log.current = new.log.level
    for path in Reloader.frozen(from: settings, to: new) {
      logger.warning("changed, and holds from the next start on", metadata: ["setting": "\(path)"])
    }
    settings.peers = new.peers
    settings.certificates = new.certificates
    settings.rate = new.rate
    settings.log.level = new.log.level
  }

  /// What is different and cannot change now.
  private static func frozen(from old: DaemonSettings, to new: DaemonSettings) -> [String] {
    let alive = ["log.level", "limits.rate", "limits.burst"]
    var paths = Setting.all.filter { !alive.contains($0.path) && $0.text(old) != $0.text(new) }.map(\.path)
    if old.policy != new.policy { paths.append("policy") }
    return paths
  }

  private func attempt(_ what: String, _ body: () throws(Problem) -> Void) {
    do throws(Problem) {
      try body()
    } catch {
      logger.error("\(what) cannot be read anew; what held before holds on", metadata: ["reason": "\(error.line)"])
    }
  }
}
