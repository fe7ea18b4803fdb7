import ArgumentParser
import Control
import Vocabulary

/// `vmctl abi accept`
struct ABIAccept: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Say that a guest's hardware is as it should be.",
    usage: "vmctl abi accept <domain> [<options>]",
    discussion: """
      Where a device that stayed, the machine, the CPU or the firmware of a domain changed and no step of vmctl's did \
      it, the domain is left alone (exit code 14; `vmctl get` says what changed: ABIStable). Undo the change, or \
      accept it: from then on what libvirt shows now counts. Nothing in the domain is touched.

        vmctl abi accept web-1
      """)

  @OptionGroup var options: VerbOptions

  var request: VerbRequest { VerbRequest(.accept, domain: options.domain.text) }
}
