import ArgumentParser
import Control
import Vocabulary

/// `vmctl abi snapshot`
struct ABISnapshot: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Take down every domain of the host, for `vmctl abi verify` after maintenance.",
    usage: "vmctl abi snapshot [-o <file>] [<options>]",
    discussion: """
      Both sides of each domain, as libvirt prints them now, and their fingerprints. Managed or not; nothing is \
      touched.

        vmctl abi snapshot -o before.json
        vmctl abi verify before.json
      """)

  @Option(
    name: [.customShort("o"), .customLong("file")],
    help: ArgumentHelp("Where to write; default: stdout.", valueName: "file"), completion: .file(extensions: ["json"]))
  var file: String?

  @OptionGroup(title: "Global options") var common: CommonOptions

  func run(in context: Context) async throws -> Outcome {
    let snapshot = try await common.control("abi snapshot", in: context, format).snapshot()
    let text = try JSONText.pretty(snapshot) + "\n"
    guard let file else {
      try context.output.write(text)
      return .asWanted
    }
    try FileBytes.replace(file, with: Array(text.utf8))
    Speaker(context, isJSON: false, noColor: common.noColor).say(
      "\(counted(snapshot.domains.count, "domain")) of \(printable(snapshot.hostname)) (libvirt \(snapshot.libvirt), "
        + "QEMU \(snapshot.hypervisor)) written to \(printable(file)).")
    return .asWanted
  }
}
