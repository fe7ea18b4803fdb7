import ArgumentParser
import Control
import Vocabulary

/// `vmctl pending`
struct Pending: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "pending",
    abstract: "List what waits for the next boot or for the guest.",
    usage: "vmctl pending [<domain> ...] [<options>]",
    discussion: """
      Each change with what the guest has now, what it gets at its next cold boot, and the command that applies it. \
      A reboot inside the guest is not a cold boot. Worked out anew on each call, so what is done is gone from here.

        vmctl pending
        vmctl pending web-1
        vmctl restart web-1 --if-pending
      """)

  @Argument(help: ArgumentHelp("Domains by name or UUID; none: all.", valueName: "domain"))
  var domains: [DomainArgument] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let reports = try await common.control("pending", in: context, format).domains(domains.map(\.text))
      .map { PendingReport($0) }
      .filter { !$0.isEmpty || !domains.isEmpty }
    let page = Page(context, format, noColor: common.noColor)
    let now = context.now()
    try page.print(reports, asOne: domains.count == 1) { reports in
      PendingTable.lines(reports.filter { !$0.isEmpty }, page.paint, page.width, now: now)
    }
    if reports.allSatisfy(\.isEmpty) {
      Speaker(context, isJSON: format == .json, noColor: common.noColor).say("Nothing is pending.")
    }
    return .asWanted
  }
}
