import ArgumentParser
import Control
import Foundation
import Vocabulary

/// `vmctl abi capture`
struct ABICapture: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Write down what a host offers to guests.",
    usage: "vmctl abi capture [-o <file>] [<options>]",
    discussion: """
      For `vmctl abi check` on another host: run it on one that has the new software already (a canary), before the \
      others follow. It asks libvirt for capabilities, domain capabilities of every machine type that a domain of the \
      host has and of the newest ones, what each CPU model lacks there, and looks at the firmware and ROM files as \
      the daemon sees them; of a host behind ssh or tls nothing is known of files. Nothing is started.

        vmctl abi capture -o canary.json
        vmctl abi capture -c qemu+ssh://canary/system > canary.json
        vmctl abi capture --machine pc-q35-6.2 --machine pc-i440fx-6.2 -o canary.json
      """)

  @Option(
    name: [.customShort("o"), .customLong("file")],
    help: ArgumentHelp("Where to write; default: stdout.", valueName: "file"), completion: .file(extensions: ["json"]))
  var file: String?

  @Option(
    help: ArgumentHelp(
      "A machine type to ask for, beside those of the host's own domains.", valueName: "machine"))
  var machine: [String] = []

  @OptionGroup(title: "Global options") var common: CommonOptions

  func run(in context: Context) async throws -> Outcome {
    let capture = try await common.control("abi capture", in: context, format).capture(machines: machine)
    let text = try JSONText.pretty(capture) + "\n"
    guard let file else {
      try context.output.write(text)
      return .asWanted
    }
    try FileBytes.replace(file, with: Array(text.utf8))
    let known = capture.folders == nil ? "; nothing is known of its files" : ""
    Speaker(context, isJSON: false, noColor: common.noColor).say(
      "\(printable(capture.hostname)): libvirt \(capture.libvirt), QEMU \(capture.hypervisor), "
        + "\(capture.domainCapabilities.count) machine types\(known). Written to \(printable(file)).")
    return .asWanted
  }
}
