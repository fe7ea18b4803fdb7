import ArgumentParser
import Control
import Vocabulary

/// What every verb takes.
struct VerbOptions: ParsableArguments, Sendable {
  @Argument(help: "A domain by name or UUID.")
  var domain: DomainArgument

  @Flag(name: .shortAndLong, help: "No progress on stderr.")
  var quiet = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  /// Carries a verb out and prints what it came to.
  func perform(_ request: VerbRequest, in context: Context) async throws -> Outcome {
    let control = try common.control(request.verb.rawValue, in: context, format)
    let follower = Follower(context, format, isQuiet: quiet, noColor: common.noColor)
    let reports = try await follower.reports { () throws(Problem) in try await control.perform(request) }
    return try Results(context: context, format: format, noColor: common.noColor).print(reports, asOne: true)
  }
}

/// How long a verb waits, and whether it may pull the plug.
struct PatienceOptions: ParsableArguments, Sendable {
  @Option(help: ArgumentHelp("How long the guest is waited for.", valueName: "time"), transform: TimeArgument.init(_:))
  var timeout = TimeArgument(seconds: 60)

  @Flag(help: "End the domain as pulling the plug would, where the guest does not shut down in time.")
  var force = false
}
