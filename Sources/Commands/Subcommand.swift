import ArgumentParser
import Control

/// A command of vmctl. What it needs of the world comes as a value, so tests run it in process.
protocol Subcommand: ParsableCommand, Sendable {
  var common: CommonOptions { get }
  /// What data is printed as; problems follow it.
  var format: OutputFormat { get }

  /// Does the work and prints; throws `Problem` or what ArgumentParser throws.
  func run(in context: Context) async throws -> Outcome
}

extension Subcommand {
  var format: OutputFormat { .text }
}
