import ArgumentParser
import Control
import Vocabulary

/// `vmctl show`
struct Show: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a domain in full, or its XML.",
    usage: "vmctl show <domain> [--xml [--side live|persistent] [--recorded] | --document] [<options>]",
    discussion: """
      With --xml: the definition byte for byte as libvirt returns it now, or as it was recorded. Without --side the \
      live one where the domain runs. Revisions and generations are numbered in `vmctl history`. With --document: the \
      document that was accepted last, or that of a generation, as it was given.

        vmctl show web-1
        vmctl show web-1 --xml --side persistent > web-1.xml
        vmctl show web-1 --document --generation 3 | vmctl reconcile -f -
        diff <(vmctl show web-1 --xml --recorded --side live) <(vmctl show web-1 --xml --side live)
      """)

  @Argument(help: "A domain by name or UUID.")
  var domain: DomainArgument

  @Flag(help: "Print the XML and nothing else.")
  var xml = false

  @Option(help: "Which definition.")
  var side: SideArgument?

  @Flag(help: "As it was recorded instead of as libvirt has it now.")
  var recorded = false

  @Option(help: ArgumentHelp("Which recorded one; without it the newest.", valueName: "number"))
  var revision: Int64?

  @Flag(help: "Print the document that is applied, as it was given.")
  var document = false

  @Option(help: ArgumentHelp("Which generation of the document; without it the newest.", valueName: "number"))
  var generation: Int64?

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func validate() throws {
    if !xml, side != nil || recorded || revision != nil {
      throw ValidationError("--side, --recorded and --revision go with --xml.")
    }
    if xml, format != .text { throw ValidationError("--xml prints XML; it has no other format.") }
    if document, format != .text || xml { throw ValidationError("--document prints the document and nothing else.") }
    if generation != nil, !document { throw ValidationError("--generation goes with --document.") }
    if revision != nil, !recorded { throw ValidationError("--revision goes with --recorded.") }
    if let revision, revision < 1 { throw ValidationError("Revisions count from 1.") }
  }

  func run(in context: Context) async throws -> Outcome {
    let control = try common.control("show", in: context, format)
    if xml {
      let request = XMLRequest(
        domain: domain.text, side: side?.side, revision: recorded ? revision ?? 0 : nil)
      try context.output.write(Array(try await control.xml(request).bytes))
      return .asWanted
    }
    if document {
      try context.output.write(try await control.document(of: domain.text, generation: generation).bytes)
      return .asWanted
    }
    let reports = try await control.domains([domain.text])
    let page = Page(context, format, noColor: common.noColor)
    try page.print(reports, asOne: true) { reports in
      reports.flatMap { report in
        DomainText(domain: report, paint: page.paint, width: page.width, now: context.now()).lines
      }
    }
    return .asWanted
  }
}

/// A side on the command line.
enum SideArgument: String, ExpressibleByArgument, CaseIterable, Sendable {
  case live, persistent

  var side: Side {
    switch self {
    case .live: .live
    case .persistent: .persistent
    }
  }
}
