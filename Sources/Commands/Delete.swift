import ArgumentParser
import Control

/// `vmctl delete`
struct Delete: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Remove a domain.",
    usage: "vmctl delete <domain> [--nvram keep|delete] [--tpm keep|delete] [<options>]",
    discussion: """
      Undefines it and forgets it; its disk images are never touched. What belongs to the definition is kept or \
      deleted as said: where the domain has such a thing and nothing is said, the command is refused. So is a \
      protected domain, and one that runs, unless --force ends it.

        vmctl delete web-1 --nvram delete --tpm delete
        vmctl delete web-1 --force --nvram keep
      """)

  @OptionGroup var options: VerbOptions

  @Option(help: "The NVRAM file of EFI variables.")
  var nvram: FateArgument?

  @Option(help: "The state of the emulated TPM.")
  var tpm: FateArgument?

  @Option(help: "The managed save image.")
  var savedImage: FateArgument?

  @Option(help: "Snapshots' and checkpoints' metadata.")
  var snapshots: FateArgument?

  @Option(help: ArgumentHelp("How long the guest is waited for.", valueName: "time"), transform: TimeArgument.init(_:))
  var timeout = TimeArgument(seconds: 60)

  @Flag(help: "End the domain at once where it runs, as pulling the plug would.")
  var force = false

  var request: VerbRequest {
    VerbRequest(
      .delete, domain: options.domain.text, timeout: timeout.milliseconds, force: force,
      remains: VerbRequest.Remains(
        nvram: nvram?.fate, tpm: tpm?.fate, savedImage: savedImage?.fate, snapshots: snapshots?.fate))
  }
}

/// What becomes of something, on the command line.
enum FateArgument: String, ExpressibleByArgument, CaseIterable, Sendable {
  case keep, delete

  var fate: VerbRequest.Fate {
    switch self {
    case .keep: .keep
    case .delete: .delete
    }
  }
}
