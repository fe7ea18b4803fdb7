import ArgumentParser
import Control
import Vocabulary

/// `vmctl unprotect`
struct Unprotect: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "unprotect",
    abstract: "Take the protection off a domain or a device.",
    usage: "vmctl unprotect <domain> [<id>] [<options>]",
    discussion: """
      The one way to do so: a document cannot.

        vmctl unprotect web-1
        vmctl unprotect web-1 root
      """)

  @OptionGroup var options: VerbOptions
  @OptionGroup var device: DeviceChoice

  var request: VerbRequest {
    VerbRequest(.unprotect, domain: options.domain.text, device: device.chosen?.id.text)
  }
}
