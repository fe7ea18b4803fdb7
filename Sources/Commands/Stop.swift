import ArgumentParser
import Control

/// `vmctl stop`
struct Stop: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Shut a domain down.",
    usage: "vmctl stop <domain> [--timeout <time>] [--force] [<options>]",
    discussion: """
      Asks the guest by ACPI. One that has not shut down after --timeout keeps running (exit code 11), unless --force.

        vmctl stop web-1
        vmctl stop web-1 --timeout 5m --force
      """)

  @OptionGroup var options: VerbOptions
  @OptionGroup var patience: PatienceOptions

  var request: VerbRequest {
    VerbRequest(
      .stop, domain: options.domain.text, timeout: patience.timeout.milliseconds, force: patience.force)
  }
}
