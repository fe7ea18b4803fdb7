import ArgumentParser

/// `vmctl abi`
struct ABI: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abi",
    abstract: "Say what a guest would notice of its hardware between two domain documents.",
    discussion: """
      For a host's maintenance: `vmctl abi check` says what becomes of its guests on another host or after an \
      upgrade, and starts none of them. libvirt refuses some pairs of documents in migration and restore, and passes \
      over much that the guest sees: `vmctl abi compare` finds both.

        vmctl abi capture -o canary.json
        vmctl abi check --host canary.json
        vmctl abi snapshot -o before.json
        vmctl abi verify before.json
        vmctl abi compare before.xml after.xml
        vmctl abi fingerprint web-1.xml
        vmctl abi rules
      """,
    subcommands: [
      ABICheck.self, ABICapture.self, ABISnapshot.self, ABIVerify.self, ABIAccept.self, ABICompare.self,
      ABIFingerprint.self, ABIRules.self,
    ])

  /// Here too, so that the options may stand before the subcommand.
  @OptionGroup(title: "Global options") var common: CommonOptions
}
