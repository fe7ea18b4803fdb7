import ArgumentParser
import Control

/// `vmctl forget`
struct Forget: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "forget",
    abstract: "Let go of a domain: it stays as it is, unmanaged.",
    usage: "vmctl forget <domain> [<options>]",
    discussion: """
      Removes vmctl's own metadata element from the domain and what the store knows of it, and nothing else. For a \
      domain that is gone it clears the record.

        vmctl forget web-1
      """)

  @OptionGroup var options: VerbOptions

  var request: VerbRequest { VerbRequest(.forget, domain: options.domain.text) }
}
