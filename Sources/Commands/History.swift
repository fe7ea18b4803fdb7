import ArgumentParser
import Control
import Vocabulary

/// `vmctl history`
struct History: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "List what was done to a domain, step by step.",
    usage: "vmctl history <domain> [--limit <number>] [<options>]",
    discussion: """
      From the journal, newest first: each operation with its steps, their slots, how each ended and how long it took.

        vmctl history web-1
        vmctl history web-1 --limit 1 -o json | jq '.[0].steps[] | {call, state}'
      """)

  @Argument(help: "A domain by name or UUID.")
  var domain: DomainArgument

  @Option(help: ArgumentHelp("How many operations at most.", valueName: "number"))
  var limit = 20

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit is at least 1.") }
  }

  func run(in context: Context) async throws -> Outcome {
    let operations = try await common.control("history", in: context, format).history(of: domain.text, limit: limit)
    let page = Page(context, format, noColor: common.noColor)
    try page.print(operations, asOne: false) { operations in
      HistoryText(operations: operations, paint: page.paint, width: page.width, localTime: context.localTime).lines
    }
    if operations.isEmpty {
      Speaker(context, isJSON: format == .json, noColor: common.noColor)
        .say("vmctl has done nothing to \(domain.text).")
    }
    return .asWanted
  }
}
