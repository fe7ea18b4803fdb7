import ArgumentParser
import Control

/// `vmctl completion`
struct Completion: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "completion",
    abstract: "Print a completion script for a shell.",
    discussion: """
      Commands, options and the names of domains.

        vmctl completion bash > /etc/bash_completion.d/vmctl
        vmctl completion zsh > ~/.zfunc/_vmctl
        vmctl completion fish > ~/.config/fish/completions/vmctl.fish
      """)

  enum Shell: String, ExpressibleByArgument, CaseIterable, Sendable {
    case bash, zsh, fish

    var completionShell: CompletionShell {
      switch self {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    }
  }

  @Argument(help: "The shell.")
  var shell: Shell

  @OptionGroup(title: "Global options") var common: CommonOptions

  func run(in context: Context) async throws -> Outcome {
    try context.output.write(Vmctl.completionScript(for: shell.completionShell) + "\n")
    return .asWanted
  }
}
