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
      all; PENDING is what waits for the next boot or for the guest. `external` is a domain that no document names: vmctl \
      shows it and leaves it alone, and `vmctl adopt` is the way in. Writes nothing and takes no lock.

        vmctl get
        vmctl get web-1 -o json | jq '.conditions'
        vmctl get --label tier=web --label canary
        vmctl get --names | xargs -n1 vmctl pending
      """)

  @Argument(help: ArgumentHelp("Domains by name or UUID; none: all.", valueName: "domain"))
  var domains: [DomainArgument] = []

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Only domains with this label, and value where one is given. May be repeated.", valueName: "k=v"),
    transform: LabelArgument.init(_:))
  var label: [LabelArgument] = []

  @Flag(help: "Print names only, one a line.")
  var names = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let reports = try await common.control("get", in: context, format).domains(domains.map(\.text))
      .filter { report in label.allSatisfy { $0.selects(report) } }
    let page = Page(context, format, noColor: common.noColor)
    if names {
      try page.print(reports.map { printable($0.name) })
      return .asWanted
    }
    try page.print(reports, asOne: domains.count == 1) { DomainTable.lines($0, page.paint, page.width) }
    let speaker = Speaker(context, isJSON: format != .text, noColor: common.noColor)
    let external = reports.filter { !$0.isManaged }
    if reports.isEmpty {
      speaker.say(label.isEmpty ? "There are no domains." : "No domain has such labels.")
    } else if let first = external.first {
      let name = external.count == 1 ? first.name : "NAME"
      speaker.say(
        "\(counted(external.count, "external domain")): `vmctl adopt \(printable(name))` puts it into vmctl's hands.")
    }
    return .asWanted
  }
}
