import ArgumentParser
import Control
import Vocabulary

/// What every command takes: where libvirt and the store are, and how to print.
struct CommonOptions: ParsableArguments, Sendable {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The hypervisor, as virsh's -c. Default: LIBVIRT_DEFAULT_URI, else libvirt's own choice.",
      valueName: "uri"))
  var connect: String?

  @Option(
    help: ArgumentHelp(
      "The store. Default: VMCTL_STORE, else /var/lib/vmctl/vmctl.db for root and "
        + "$XDG_STATE_HOME/vmctl/vmctl.db for others.", valueName: "path"),
    completion: .file())
  var store: String?

  @Flag(name: .customLong("no-color"), help: "Print without colour; so does NO_COLOR, and so does a pipe.")
  var noColor = false

  func control(_ command: String, in context: Context) throws -> any VMControl {
    try context.makeControl(ControlOptions(uri: connect, storePath: store, command: "vmctl " + command))
  }
}
