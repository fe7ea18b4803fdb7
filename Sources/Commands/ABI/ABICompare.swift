import ArgumentParser
import Control
import DomainXML
import GuestABI
import Reconciling
import Vocabulary

/// `vmctl abi compare`
struct ABICompare: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare the guest's hardware in two domain documents.",
    usage: """
      vmctl abi compare <source> <target> [<options>]
      vmctl abi compare --batch <file> [<options>]
      """,
    discussion: """
      Both are documents as libvirt printed them (`virsh dumpxml`), so defaults are filled in; of a running domain \
      take `virsh dumpxml --migratable`, which has the CPU that was asked for. All findings are \
      reported, each with its place, both values and who minds: libvirt refuses the pair in migration and restore; \
      volatile is compared for a saved image only and never changes the verdict; guest is what the guest can see \
      although libvirt passes over it. `vmctl abi rules` lists what is looked at, and why.

      The verdict is stable (exit code 0), or changed (the guest would notice), broken (libvirt refuses the pair) or \
      invalid (libvirt would not take a document by itself): exit code 14.

        vmctl abi compare before.xml after.xml
        virsh dumpxml web-1 | vmctl abi compare before.xml - -o json
        vmctl abi compare --libvirt 11.3 before.xml after.xml
        vmctl abi compare --batch pairs.jsonl > verdicts.jsonl

      A batch has one JSON object a line, {"id": …, "source": "<domain …", "target": "<domain …"}, and so has the \
      answer: {"id": …, "verdict": …, "findings": […]}.
      """)

  @Argument(
    help: ArgumentHelp("The domain as it was and as it is; '-' is stdin.", valueName: "file"),
    completion: .file(extensions: ["xml"]))
  var files: [String] = []

  @Option(
    help: ArgumentHelp("Pairs, one JSON object a line; '-' is stdin.", valueName: "file"),
    completion: .file(extensions: ["jsonl"]))
  var batch: String?

  @Option(
    help: ArgumentHelp(
      "The libvirt whose check counts. Default: \(ABIComparison.assumedLibvirt).", valueName: "version"))
  var libvirt: LibvirtArgument?

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func validate() throws {
    if batch != nil, !files.isEmpty {
      throw ValidationError("--batch takes its documents from its file; name none.")
    }
    if batch == nil, files.count != 2 {
      throw ValidationError("two documents are compared, and \(files.count) are named: vmctl abi compare A B")
    }
    if files == ["-", "-"] { throw ValidationError("stdin is named twice; one of the documents must be a file.") }
  }

  private var version: Version { libvirt?.version ?? ABIComparison.assumedLibvirt }

  func run(in context: Context) async throws -> Outcome {
    if let batch { return try ABIBatch(libvirt: version, context: context).run(batch) }
    let texts = try files.map { name in
      XMLText(
        name == "-"
          ? try context.input(Limits.libvirt.bytes) : try FileBytes.read(path: name, limit: Limits.libvirt.bytes))
    }
    let report = ABIReport(ABIComparison(texts[0], texts[1], libvirt: version))
    let page = Page(context, format, noColor: common.noColor)
    try page.print([report], asOne: true) { _ in ABIText.lines(report, page.paint, page.width) }
    return report.verdict.outcome
  }
}

/// A version on the command line: `9.0` or `11.3.0`.
struct LibvirtArgument: ExpressibleByArgument, Sendable {
  let version: Version

  init?(argument: String) {
    guard let version = Version(argument) else { return nil }
    self.version = version
  }
}
