import ArgumentParser
import Control
import GuestABI
import Reconciling
import Vocabulary

/// `vmctl abi check`
struct ABICheck: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Say which guests a host would start unchanged, changed, or not at all.",
    usage: """
      vmctl abi check [<domain> ...] --host <file|uri> [--from <file|uri>] [<options>]
      vmctl abi check --file <file> ... --host <file|uri> [--from <file|uri>] [<options>]
      """,
    discussion: """
      Before maintenance: the host is described by what `vmctl abi capture` wrote, by libvirt's own documents \
      (capabilities, domain capabilities; several are taken together), or asked itself. Guests are the domains that \
      are named, or all; what they have saved (managed saves, snapshots with memory) counts as guests too. No guest \
      is started.

      Each guest is one of: same · same, deprecated (a later host will not have it) · cannot be told (the \
      description does not say) · starts, but the guest ABI differs · will not start. The verdict of the host is the \
      worst of them. What follows the host (host-model, a firmware that libvirt chooses) is compared with the host \
      that the guests are from: the one that is connected to, or that of --from.

        vmctl abi check --host canary.json
        vmctl abi check web-1 --host qemu+ssh://canary/system -o json
        vmctl abi check --stored --host canary.json --from old.json
        vmctl abi check --file web-1.xml --host canary.json --from old.json
        vmctl abi check --file domains.jsonl --host canary.json

      A file has one domain document, or one JSON object a line: {"id": …, "xml": "<domain …"}. The exit code is 0 \
      where all guests are the same (also deprecated, save with --fail-on deprecated), else 14.
      """)

  @Argument(help: ArgumentHelp("Domains by name or UUID; none: all.", valueName: "domain"))
  var domains: [DomainArgument] = []

  @Flag(name: .customLong("all"), help: "All domains; so does naming none.")
  var all = false

  @Option(
    help: ArgumentHelp("What describes the host: a file, or a libvirt URI.", valueName: "file|uri"),
    completion: .file())
  var host: [String]

  @Option(
    help: ArgumentHelp("What describes the host that the guests are from.", valueName: "file|uri"),
    completion: .file())
  var from: [String] = []

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp("Domains from a file instead; '-' is stdin, one a line.", valueName: "file"),
    completion: .file(extensions: ["xml", "jsonl"]))
  var files: [String] = []

  @Flag(help: "The domains as the store has them; libvirt is not asked.")
  var stored = false

  @Option(help: ArgumentHelp("Also count as a failure: deprecated.", valueName: "verdict"))
  var failOn: Failing?

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  enum Failing: String, ExpressibleByArgument, CaseIterable, Sendable {
    case deprecated
  }

  func validate() throws {
    if host.isEmpty { throw ValidationError("name the host: --host canary.json") }
    if !files.isEmpty, !domains.isEmpty || all || stored {
      throw ValidationError("--file brings its own domains; name none.")
    }
    if all, !domains.isEmpty { throw ValidationError("--all is every domain; name none.") }
  }

  func run(in context: Context) async throws -> Outcome {
    let hosts = try host.map(source)
    let origins = try from.map(source)
    let report =
      files.isEmpty
      ? try await common.control("abi check", in: context, format).check(
        HostCheckRequest(domains: domains.map(\.text), isStored: stored, host: hosts, from: origins))
      : try await GuestFiles(context: context).check(files, hosts, origins, common)
    let page = Page(context, format, noColor: common.noColor)
    try page.print([report], asOne: true) { _ in HostCheckText.lines(report, page.paint, page.width) }
    if failOn == .deprecated, report.verdict == .deprecated { return .abiDiffers }
    return report.verdict.outcome
  }

  /// What has `://` is a URI, and `test:///default` too; everything else a file.
  private func source(_ argument: String) throws -> HostSource {
    guard !argument.contains("://") else { return .uri(argument) }
    return .text(name: argument, bytes: try FileBytes.read(path: argument, limit: 64 << 20))
  }
}
