import ArgumentParser
import Control
import Vocabulary

/// `vmctl protect`
struct Protect: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "protect",
    abstract: "Protect a domain from deletion, or a device from being detached.",
    usage: "vmctl protect <domain> [<id>] [<options>]",
    discussion: """
      The disk that a domain boots from is protected by itself. A document can protect too, but never unprotect.

        vmctl protect web-1
        vmctl protect web-1 data
      """)

  @OptionGroup var options: VerbOptions
  @OptionGroup var device: DeviceChoice

  var request: VerbRequest {
    VerbRequest(.protect, domain: options.domain.text, device: device.chosen?.id.text)
  }
}
