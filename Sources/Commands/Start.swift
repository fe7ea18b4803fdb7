import ArgumentParser
import Control

/// `vmctl start`
struct Start: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Start a domain.",
    usage: "vmctl start <domain> [<options>]",
    discussion: """
      A managed save is restored. A domain that runs already is left as it is.

        vmctl start web-1
      """)

  @OptionGroup var options: VerbOptions

  @Option(help: ArgumentHelp("How long the start may take.", valueName: "time"), transform: TimeArgument.init(_:))
  var timeout = TimeArgument(seconds: 60)

  var request: VerbRequest {
    VerbRequest(.start, domain: options.domain.text, timeout: timeout.milliseconds)
  }
}
