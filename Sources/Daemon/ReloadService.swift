import ServiceLifecycle
import UnixSignals

/// Reloads on SIGHUP, and the tokens when their file has changed.
package struct ReloadService: Service {
  /// How long a token that was taken back may go on being taken, unless SIGHUP says it at once.
  package static let tokenPause = Duration.seconds(1)

  private let reloader: Reloader
  private let notifier: SystemdNotifier

  package init(_ reloader: Reloader, notifier: SystemdNotifier) {
    self.reloader = reloader
    self.notifier = notifier
  }

  package func run() async throws {
    let signals = await UnixSignalsSequence(trapping: .sighup)
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await _ in signals {
            notifier.say(.reloading)
            await reloader.reload()
            notifier.say(.ready)
          }
        }
        group.addTask {
          while !Task.isCancelled {
            // Woken early only by cancellation, which the loop sees.
            try? await Task.sleep(for: ReloadService.tokenPause)
            await reloader.reloadTokensIfChanged()
          }
        }
      }
    }
  }
}
