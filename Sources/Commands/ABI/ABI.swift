import ArgumentParser

/// `vmctl abi`
struct ABI: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abi",
    abstract: "Say what a guest would notice of its hardware between two domain documents.",
    discussion: """
      For a host's maintenance: libvirt refuses some pairs of documents in migration and restore, and passes over \
      much that the guest sees. `vmctl abi compare` finds both.

        vmctl abi compare before.xml after.xml
        vmctl abi fingerprint web-1.xml
        vmctl abi rules
      """,
    subcommands: [ABICompare.self, ABIFingerprint.self, ABIRules.self])

  /// Here too, so that the options may stand before the subcommand.
  @OptionGroup(title: "Global options") var common: CommonOptions
}
