import ArgumentParser
import Control
import Vocabulary

/// `vmctl eject`
struct Eject: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "eject",
    abstract: "Take the medium out of a CD-ROM or floppy drive.",
    usage: "vmctl eject <domain> <id> [<options>]",
    discussion: """
      Of a running domain only the running domain's drive: its definition and its document stay, and the medium is not \
      put back until the document changes, or `vmctl reconcile --reassert` asks for it. `media: null` in the document \
      empties the drive for good.

        vmctl eject web-1 cd
        vmctl eject web-1 cd --force
      """)

  @OptionGroup var options: VerbOptions

  @Argument(help: "The device.", transform: DeviceArgument.init(_:))
  var id: DeviceArgument

  @Flag(help: "Also where the guest has locked the tray.")
  var force = false

  var request: VerbRequest {
    VerbRequest(.eject, domain: options.domain.text, device: id.id.text, force: force)
  }
}
