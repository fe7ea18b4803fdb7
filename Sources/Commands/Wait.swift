import ArgumentParser
import Control
import Vocabulary

/// `vmctl wait`
struct Wait: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "wait",
    abstract: "Wait until a condition holds of domains, or they are gone.",
    usage: "vmctl wait <domain> ... --for <condition> [--timeout <time>] [--generation <number>] [<options>]",
    discussion: """
      With a daemon it hears of each change; without one it looks every second. A domain that is not there yet is \
      waited for too. What was said of an earlier document does not count: the newest must have been evaluated, or \
      that of --generation.

        vmctl wait web-1 --for Ready
        vmctl wait web-1 web-2 --for Ready --generation 7 --timeout 5m
        vmctl wait web-1 --for UnplugPending=False
        vmctl wait web-1 --for condition=Ready=false
        vmctl wait web-1 --for delete

      Exit code 0 when it holds of all of them, 11 when --timeout is over, 13 where a domain is gone.
      """)

  @Argument(help: ArgumentHelp("Domains by name or UUID.", valueName: "domain"))
  var domains: [DomainArgument]

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "A condition, as Ready, Ready=False or RestartRequired=True; or delete.", valueName: "condition"),
    transform: WaitCondition.init(_:))
  var condition: WaitCondition

  @Option(help: ArgumentHelp("How long at most.", valueName: "time"), transform: TimeArgument.init(_:))
  var timeout = TimeArgument(seconds: 60)

  @Option(help: ArgumentHelp("The generation that must have been evaluated.", valueName: "number"))
  var generation: Int64?

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let chosen = try common.chosen("wait", in: context, format)
    let watch = WaitingWatch(chosen: chosen, condition: condition, generation: generation)
    let results = try await watch.run(domains.map(\.text), timeout: .milliseconds(timeout.milliseconds))
    let page = Page(context, format, noColor: common.noColor)
    try page.print(results.map(\.document), asOne: domains.count == 1) { _ in
      results.map { "\(printable($0.domain)): \(printable($0.words(condition, timeout)))" }
    }
    return results.map(\.outcome).max() ?? .asWanted
  }
}
