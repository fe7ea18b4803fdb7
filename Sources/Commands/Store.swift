import ArgumentParser
import Control
import Vocabulary

/// `vmctl store`
struct Store: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store",
    abstract: "Back the store up, put a backup back, look for damage.",
    discussion: """
      The store keeps the documents, the journal and what libvirt returned last. Losing it loses the documents; the \
      rest is rebuilt from libvirt.

        vmctl store backup /srv/backup/vmctl.db
        vmctl store check
      """,
    subcommands: [StoreBackup.self, StoreRestore.self, StoreCheck.self, StoreRepair.self])

  /// Here too, so that the options may stand before the subcommand.
  @OptionGroup(title: "Global options") var common: CommonOptions
}

/// `vmctl store backup`
struct StoreBackup: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the store to a file, while others read and write it.",
    discussion: """
      One state of the store, checked row by row before the file gets its name. The file is for its owner alone: \
      documents are in it.

        vmctl store backup /srv/backup/vmctl.db
        vmctl store backup --force /srv/backup/vmctl.db -o json
      """)

  @Argument(help: "The file.", completion: .file())
  var file: String

  @Flag(help: "Replace a file that is there.")
  var force = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let control = try common.control("store backup", in: context, format)
    let report = try await control.backUpStore(to: file, overwriting: force)
    try Page(context, format, noColor: common.noColor).print([report], asOne: true) { _ in
      [
        "\(printable(report.file)): \(counted(report.domains, "domain")), \(report.bytes) bytes, every row as it was "
          + "written"
      ]
    }
    return .asWanted
  }
}

/// `vmctl store restore`
struct StoreRestore: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a backup in the store's place.",
    discussion: """
      The backup is looked at in every row first; one that is damaged, of a newer vmctl or no store at all is refused, \
      and the store is as it was. What is replaced stays beside the store. A domain to which a later document was \
      applied than the backup has is left alone until that document is given again: no generation goes back unnoticed. \
      Touches no domain.

        vmctl store restore /srv/backup/vmctl.db
      """)

  @Argument(help: "The backup.", completion: .file())
  var file: String

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let report = try await common.control("store restore", in: context, format).restoreStore(from: file)
    let page = Page(context, format, noColor: common.noColor)
    try page.print([report], asOne: true) { _ in RestoreText(report: report, paint: page.paint).lines }
    return .asWanted
  }
}

/// `vmctl store check`
struct StoreCheck: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Look at every page, row and document of the store.",
    discussion: """
      The part of `vmctl doctor` that needs no libvirt. Exit code 0 where nothing is worse than a note, else 1.

        vmctl store check
        vmctl --store /srv/backup/vmctl.db store check
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    try await common.control("store check", in: context, format).storeCheck().print(
      in: context, format, common, quiet: false)
  }
}

/// `vmctl store repair`
struct StoreRepair: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Take damaged rows out of the store, and say what is left to do.",
    discussion: """
      Rows of the journal, old records and documents, waits: what can be done without. They are put into a file beside \
      the store. The newest document of a domain is never dropped: give it again. The newest record is read from \
      libvirt again by the next `vmctl reconcile`.

        vmctl store repair
      """)

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    try await common.control("store repair", in: context, format).repairStore()
      .print(in: context, format, common, quiet: false)
  }
}
