import ArgumentParser
import Control
import Vocabulary

/// `vmctl doctor`
struct Doctor: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what is wrong with the host and the store, and the way out.",
    discussion: """
      Looks at libvirt (does it answer, may you change things, does it know its QEMU), at /dev/kvm, at the store (its \
      files, its schema, every page, row and document, the room on its disk) and at what the two say of each domain: \
      metadata that the store does not know, domains that are gone, guests that do not let go of a device, steps \
      whose end nobody wrote down. Changes nothing, and works where libvirt or the store does not.

      Each finding is ok, a note, a warning or a problem. Exit code 0 where nothing is worse than a note, else 1.

        vmctl doctor
        vmctl doctor --quiet
        vmctl doctor -o json | jq '.findings[] | select(.severity == "problem")'
      """)

  @Flag(name: .shortAndLong, help: "Leave out what is ok.")
  var quiet = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let report = try await common.control("doctor", in: context, format).examination()
    return try report.print(in: context, format, common, quiet: quiet)
  }
}

extension ExaminationReport {
  /// Prints it, and says how the command ends.
  func print(in context: Context, _ format: OutputFormat, _ common: CommonOptions, quiet: Bool) throws -> Outcome {
    let shown = quiet ? ExaminationReport(findings.filter { $0.severity > .ok }) : self
    let page = Page(context, format, noColor: common.noColor)
    try page.print([shown], asOne: true) { _ in ExaminationText(report: shown, paint: page.paint).lines }
    return outcome
  }
}
