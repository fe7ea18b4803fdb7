import ArgumentParser
import Control
import Foundation
package import Logging
import OperatorFiles
import ServiceLifecycle
import Vocabulary

/// vmctld from its arguments to its exit code.
package struct DaemonProgram: Sendable {
  /// Makes the engine of a configuration; it opens nothing yet.
  package typealias Making = @Sendable (DaemonSettings, Logger) throws -> any Engine

  private let environment: [String: String]
  private let isRoot: Bool
  private let output: @Sendable (String) -> Void
  private let talk: @Sendable (String) -> Void
  private let making: Making
  private let serving: Assembly.Serving

  /// `output` takes data (help, version, the effective configuration), `talk` problems and the log, a line with its end;
  /// `isRoot` decides the default places.
  package init(
    environment: [String: String], isRoot: Bool, output: @escaping @Sendable (String) -> Void,
    talk: @escaping @Sendable (String) -> Void, serving: @escaping Assembly.Serving, making: @escaping Making
  ) {
    self.environment = environment
    self.isRoot = isRoot
    self.output = output
    self.talk = talk
    self.serving = serving
    self.making = making
  }

  /// Never returns, and runs nothing that libraries do at `exit`: a thread of libvirt's may still use what their
  /// destructors free. What is to be kept is in the store by then.
  package func main() async -> Never {
    // Nobody but this user may open what is made from here on: store, socket, logs.
    umask(0o077)
    // A SIGHUP before its handler is there must not end the daemon; a client that is gone is an error of a write.
    signal(SIGHUP, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    let code = await run(Array(CommandLine.arguments.dropFirst()))
    fflush(nil)
    _exit(code)
  }

  package func run(_ arguments: [String]) async -> Int32 {
    let options: DaemonOptions
    do {
      options = try DaemonOptions.parse(arguments)
    } catch {
      let code = DaemonOptions.exitCode(for: error)
      (code.isSuccess ? output : talk)(DaemonOptions.fullMessage(for: error) + "\n")
      return code.isSuccess ? Outcome.asWanted.exitCode : Outcome.usage.exitCode
    }
    do {
      let read: @Sendable () -> Result<DaemonSettings, Problem> = { [environment, isRoot] in
        let reader = SettingsReader(environment: environment, isRoot: isRoot)
        return Result { () throws(Problem) in
          try reader.settings(file: reader.file(named: options.config), flags: options.flags)
        }
      }
      let settings = try read().get()
      if options.checkConfig {
        try check(settings)
      } else {
        try await serve(settings, read)
      }
      return Outcome.asWanted.exitCode
    } catch {
      let problem = error as? Problem ?? Problem("error", "the daemon ended", underlying: "\(error)")
      talk(ProblemLines.text(problem))
      return problem.code.outcome.exitCode
    }
  }

  /// Everything that starting would read is read: files, users, groups, certificates.
  private func check(_ settings: DaemonSettings) throws(Problem) {
    // The audit log is made by opening it, which a check must not do.
    var probe = settings
    probe.audit.file = nil
    _ = try AccessParts(probe, logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
    _ = try AccessParts.group(of: settings)
    output(settings.text)
  }

  private func serve(
    _ settings: DaemonSettings, _ read: @escaping @Sendable () -> Result<DaemonSettings, Problem>
  ) async throws {
    let log = DaemonLogHandler.Settings(level: settings.log.level)
    let hasPriorities = environment["JOURNAL_STREAM"] != nil
    let logger = Logger(label: "vmctld") { [talk] label in
      DaemonLogHandler(
        label: label, format: settings.log.format, hasPriorities: hasPriorities, settings: log, write: talk)
    }
    let parts = try AccessParts(settings, logger: logger)
    let reloader = Reloader(settings, parts: parts, log: log, logger: logger, read: read)
    let notifier = SystemdNotifier(environment: environment)
    let assembly = Assembly(
      settings, parts: parts, reloader: reloader, notifier: notifier, logger: logger, serving: serving)
    let group = try await assembly.group(try making(settings, logger))
    logger.notice(
      "vmctld \(BuildVersion.text)", metadata: ["store": "\(settings.store)", "socket": "\(settings.socketPath)"])
    try await group.run()
    logger.notice("stopped")
  }
}
