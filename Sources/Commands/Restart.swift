import ArgumentParser
import Control

/// `vmctl restart`
struct Restart: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart",
    abstract: "Shut a domain down and start it again, so that pending changes take effect.",
    usage: "vmctl restart <domain> [--if-pending] [--timeout <time>] [--force] [<options>]",
    discussion: """
      A cold boot: a reboot inside the guest does not read the definition again.

        vmctl restart web-1
        vmctl restart web-1 --if-pending --timeout 5m
      """)

  @OptionGroup var options: VerbOptions
  @OptionGroup var patience: PatienceOptions

  @Flag(help: "Only where something waits for the next boot; else nothing is done.")
  var ifPending = false

  var request: VerbRequest {
    VerbRequest(
      .restart, domain: options.domain.text, timeout: patience.timeout.milliseconds, force: patience.force,
      ifPending: ifPending)
  }
}
