import ArgumentParser
import Control
import Vocabulary

/// `vmctl adopt`
struct Adopt: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "Take over a domain that is there already.",
    usage: "vmctl adopt <domain> [--check | --print] [<options>]",
    discussion: """
      Gives the domain's devices ids in vmctl's own metadata element, on both sides, and changes nothing else: no \
      device, no address, no setting. The document that the domain already is becomes its intent; print it, keep it \
      in your repository, and change that from then on.

        vmctl adopt web-1 --check
        vmctl adopt web-1 --print
        vmctl adopt web-1

      --check and --print write nothing. What can only be defined (controllers, screens) stays unmanaged.
      """)

  @Flag(help: "Show what would be written, and write nothing.")
  var check = false

  @Flag(help: "Print the document that the domain already is, and write nothing.")
  var print = false

  @OptionGroup var options: VerbOptions

  var common: CommonOptions { options.common }
  var format: OutputFormat { options.format }

  func validate() throws {
    if check, print { throw ValidationError("--check and --print exclude each other") }
  }

  func run(in context: Context) async throws -> Outcome {
    guard check || print else {
      return try await options.perform(VerbRequest(.adopt, domain: options.domain.text), in: context)
    }
    let adoption = try await common.control("adopt", in: context, format).adoption(of: options.domain.text)
    if print, format == .text {
      try context.output.write(adoption.document)
      return .asWanted
    }
    let page = Page(context, format, noColor: common.noColor)
    guard format == .text else {
      try page.print([adoption], asOne: true) { _ in [] }
      return outcome(adoption)
    }
    _ = try Plans(context: context, format: .text, noColor: common.noColor)
      .print([adoption.plan], asOne: true, isDetailed: false)
    if adoption.withoutID > 0 {
      Speaker(context, isJSON: false, noColor: common.noColor).say(
        "\(adoption.withoutID) without an id, because nothing tells one from another of its kind: left unmanaged.")
    }
    return outcome(adoption)
  }

  /// Refused where the domain asks for more than metadata.
  private func outcome(_ adoption: AdoptionDocument) -> Outcome {
    let isMore = adoption.plan.steps.contains { $0.target.metadata != true }
    return isMore ? .refused : adoption.plan.outcome(detailed: false)
  }
}
