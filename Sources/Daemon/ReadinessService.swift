package import Control
package import Logging
import ServiceLifecycle

/// Says to systemd when the daemon does its work, what it does, that it lives, and that it stops.
package struct ReadinessService: Service {
  private let notifier: SystemdNotifier
  private let control: any ResidentControl
  private let listeners: [ListenerService.Signal]
  private let logger: Logger
  private let pause: Duration

  package init(
    notifier: SystemdNotifier, control: any ResidentControl, listeners: [ListenerService.Signal], logger: Logger,
    pause: Duration = .milliseconds(100)
  ) {
    self.notifier = notifier
    self.control = control
    self.listeners = listeners
    self.logger = logger
    self.pause = pause
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      if await becomesReady() { await staysAlive() }
    }
    say(.stopping, .status("stopping"))
  }

  /// The store is open (nothing else would have begun), every listener listens, and each domain was looked at once.
  private func becomesReady() async -> Bool {
    var last: String?
    while !Task.isCancelled {
      let report = await control.readiness()
      if report.isReady, listeners.allSatisfy(\.isListening) {
        say(.ready, .status(ReadinessService.words(report)))
        logger.notice(
          "ready", metadata: ["managed": "\(report.managed)", "external": "\(report.external)"])
        return true
      }
      let reason = report.reasons.first ?? "opening the listeners"
      if reason != last { say(.status(reason)) }
      last = reason
      do { try await Task.sleep(for: pause) } catch { return false }
    }
    return false
  }

  /// A sign of life is given only after the engine has answered: one that hangs is to be restarted, one that waits for
  /// libvirt is not.
  private func staysAlive() async {
    let interval = notifier.watchdogInterval ?? .seconds(10)
    var last: String?
    while !Task.isCancelled {
      let words = ReadinessService.words(await control.readiness())
      if notifier.watchdogInterval != nil { say(.watchdog) }
      if words != last { say(.status(words)) }
      last = words
      do { try await Task.sleep(for: interval) } catch { return }
    }
  }

  private static func words(_ report: ReadinessReport) -> String {
    let counts = "\(report.managed) domains kept, \(report.external) external, \(report.queued) due"
    return report.isReady ? counts : counts + "; " + report.reasons.joined(separator: "; ")
  }

  private func say(_ states: SystemdNotifier.State...) {
    for state in states {
      if let reason = notifier.say(state) {
        logger.warning("systemd cannot be told", metadata: ["reason": "\(reason)"])
      }
    }
  }
}
