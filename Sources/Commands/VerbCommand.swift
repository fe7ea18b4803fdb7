import ArgumentParser
import Control

/// A command that carries out one verb on one domain.
protocol VerbCommand: Subcommand {
  var options: VerbOptions { get }
  var request: VerbRequest { get }
}

extension VerbCommand {
  var common: CommonOptions { options.common }
  var format: OutputFormat { options.format }

  func run(in context: Context) async throws -> Outcome {
    try await options.perform(request, in: context)
  }
}
