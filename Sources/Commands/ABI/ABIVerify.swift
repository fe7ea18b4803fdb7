import ArgumentParser
import Control
import Foundation
import Vocabulary

/// `vmctl abi verify`
struct ABIVerify: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Say what became of every domain of the host since a snapshot.",
    usage: "vmctl abi verify <file> [<options>]",
    discussion: """
      Each domain is same, new, gone, or its guest ABI differs: which device, field and side, what it was and is, and \
      whether vmctl did it (with the operation) or somebody else. What a newer libvirt prints by itself is a note and \
      no difference. The exit code is 0 where all domains are the same (new ones do not count), else 14.

        vmctl abi snapshot -o before.json
        vmctl abi verify before.json
        vmctl abi verify before.json -o json | jq '.domains[] | select(.verdict != "same")'
      """)

  @Argument(
    help: ArgumentHelp("What `vmctl abi snapshot` wrote.", valueName: "file"), completion: .file(extensions: ["json"]))
  var file: String

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let bytes = file == "-" ? try context.input(1 << 30) : try FileBytes.read(path: file, limit: 1 << 30)
    let snapshot: HostSnapshot
    do {
      snapshot = try JSONDecoder().decode(HostSnapshot.self, from: Data(bytes))
    } catch {
      throw Problem(
        "invalid-document", "\(file) is no snapshot of a host", path: file, wanted: "what `vmctl abi snapshot` writes",
        underlying: JSONFault.words(error))
    }
    let report = try await common.control("abi verify", in: context, format).verify(snapshot)
    let page = Page(context, format, noColor: common.noColor)
    try page.print([report], asOne: true) { _ in VerificationText.lines(report, page.paint, page.width) }
    return report.verdict.outcome
  }
}
