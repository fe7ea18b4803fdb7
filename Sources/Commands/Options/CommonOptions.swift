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

  @Option(
    help: ArgumentHelp(
      "The daemon's socket, and no work without it. Default: VMCTL_SOCKET, else /run/vmctl/vmctl.sock for root and "
        + "$XDG_RUNTIME_DIR/vmctl/vmctl.sock for others where a vmctld answers there.", valueName: "path"),
    completion: .file())
  var socket: String?

  @Flag(name: .customLong("no-color"), help: "Print without colour; so does NO_COLOR, and so does a pipe.")
  var noColor = false

  /// What does the work, decided once for each command.
  func chosen(_ command: String, in context: Context, _ format: OutputFormat = .text) throws -> ChosenControl {
    let chosen = try context.makeControl(
      ControlOptions(uri: connect, storePath: store, socket: socket, command: "vmctl " + command))
    if let remark = chosen.remark { Speaker(context, isJSON: format == .json, noColor: noColor).say(remark) }
    return chosen
  }

  func control(_ command: String, in context: Context, _ format: OutputFormat = .text) throws -> any VMControl {
    try chosen(command, in: context, format).control
  }
}
