import ArgumentParser
import Control

/// `vmctl suspend`
struct Suspend: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "suspend",
    abstract: "Keep vmctl's hands off a domain until it is resumed.",
    usage: "vmctl suspend <domain> [<options>]",
    discussion: """
      For work by hand: nothing is reconciled, and what others change is not put back. Documents are still taken in, \
      and reached after `vmctl resume`. The guest itself goes on running; to pause it, use virsh.

        vmctl suspend web-1
      """)

  @OptionGroup var options: VerbOptions

  var request: VerbRequest { VerbRequest(.suspend, domain: options.domain.text) }
}

/// `vmctl resume`
struct Resume: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Let vmctl keep a domain as wanted again, after `vmctl suspend`.",
    usage: "vmctl resume <domain> [<options>]",
    discussion: """
      Changes nothing by itself: a daemon goes on by itself, else the next `vmctl reconcile` does. Look first at what \
      would be put back:

        vmctl plan web-1
        vmctl resume web-1
      """)

  @OptionGroup var options: VerbOptions

  var request: VerbRequest { VerbRequest(.resume, domain: options.domain.text) }
}
