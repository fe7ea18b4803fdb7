import ArgumentParser
import Control

/// `vmctl restore`
struct Restore: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Bring back a domain that is gone, from the recorded XML.",
    usage: "vmctl restore <domain> [<options>]",
    discussion: """
      A domain that libvirt lost or that somebody undefined is never made again by itself. This defines it as it was \
      recorded last: same UUID, same machine, same slots. Refused while a disk image of it is in use elsewhere.

        vmctl get web-1
        vmctl restore web-1
      """)

  @OptionGroup var options: VerbOptions

  var request: VerbRequest { VerbRequest(.restore, domain: options.domain.text) }
}
