import ArgumentParser
import Control
import Vocabulary

/// `vmctl diff`
struct Diff: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show where document, running domain and definition differ, and who is behind it.",
    usage: "vmctl diff <domain> [--live | --persistent] [--all] [<options>]",
    discussion: """
      One line a field: what the document wants (empty where it has no opinion), what the running domain has, what \
      its definition has, and by whom it differs: vmctl (waits for the next boot, or is not applied yet), the guest, \
      a snapshot, a block job, or a foreign hand. A device that only one side has is a line with '-' for its field. \
      Equal spellings are no difference. What libvirt fills in while a domain runs is left out without --all.

        vmctl diff web-1
        vmctl diff web-1 --persistent
        vmctl diff web-1 --all -o json | jq '.differences[] | select(.by == "foreign")'

      Looking only: the exit code is 0 whatever differs. `vmctl plan` says what would be done about it.
      """)

  @Argument(help: "A domain by name or UUID.")
  var domain: DomainArgument

  @Flag(help: "Only the document against the running domain.")
  var live = false

  @Flag(help: "Only the document against the definition.")
  var persistent = false

  @Flag(help: "Also what libvirt fills in by itself: automatic aliases, vnet names, terminals, labels.")
  var all = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func validate() throws {
    if live, persistent { throw ValidationError("--live and --persistent exclude each other; without them: both") }
  }

  private var side: Side? { live ? .live : persistent ? .persistent : nil }

  func run(in context: Context) async throws -> Outcome {
    var document = try await common.control("diff", in: context, format).differences(of: domain.text)
    let found = document.differences
    if let side { document.differences = found.filter { $0.notAsWanted.contains(side) } }
    let seen = document.differences.count
    if !all { document.differences.removeAll { $0.by == .libvirt } }
    let page = Page(context, format, noColor: common.noColor)
    try page.print([document], asOne: true) { documents in
      documents.flatMap { DifferenceTable.lines($0, side, page.paint, page.width) }
    }
    let speaker = Speaker(context, isJSON: format == .json, noColor: common.noColor)
    if document.differences.isEmpty { speaker.say(nothing(document, hidden: seen)) }
    return .asWanted
  }

  /// Why there is nothing to show.
  private func nothing(_ document: DifferenceDocument, hidden: Int) -> String {
    let name = document.domain.name
    if let side {
      if document.generation == nil { return "No document is known for \(name): there is nothing to hold it against." }
      if !document.sides.contains(side) {
        return side == .live ? "\(name) does not run." : "\(name) is transient: it has no definition."
      }
    }
    if document.generation == nil, document.sides.count == 1 {
      return "\(name) has one side and no document: there is nothing to compare."
    }
    let more = hidden > 0 ? " (\(counted(hidden, "field")) that libvirt fills in: --all)" : ""
    return "Nothing differs in \(name)\(more)."
  }
}
