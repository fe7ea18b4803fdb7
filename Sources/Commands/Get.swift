import ArgumentParser
import Control
import Vocabulary

/// `vmctl get`
struct Get: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "List domains and how they are.",
    usage: "vmctl get [<domain> ...] [<options>]",
    discussion: """
      All domains of libvirt and all that the store knows, or the named ones. DEVICES counts the managed ones of \
      all; PENDING is what waits for the next boot or for the guest. Writes nothing and takes no lock.

        vmctl get
        vmctl get web-1 -o json | jq '.conditions'
        vmctl get --names | xargs -n1 vmctl pending
      """)

  @Argument(help: ArgumentHelp("Domains by name or UUID; none: all.", valueName: "domain"))
  var domains: [DomainArgument] = []

  @Flag(help: "Print names only, one a line.")
  var names = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let reports = try await common.control("get", in: context).domains(domains.map(\.text))
    let page = Page(context, format, noColor: common.noColor)
    if names {
      try page.print(reports.map { printable($0.name) })
      return .asWanted
    }
    try page.print(reports, asOne: domains.count == 1) { DomainTable.lines($0, page.paint, page.width) }
    if reports.isEmpty {
      Speaker(context, isJSON: format == .json, noColor: common.noColor).say("There are no domains.")
    }
    return .asWanted
  }
}
