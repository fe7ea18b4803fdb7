import ArgumentParser
import Vocabulary

/// vmctld's flags. Each is a setting of the configuration file, and wins over it and over its variable.
struct DaemonOptions: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vmctld",
    abstract: "Keeps this host's virtual machines as wanted, and serves the API that vmctl and controllers use.",
    discussion: """
      Settings come from the configuration file, then from variables (VMCTLD_ and the key: VMCTLD_LIMITS_RATE), then \
      from flags; later wins. Examples/vmctld.yaml explains each key. SIGHUP reads tokens, certificates, peers, rates \
      and the log level anew; SIGTERM finishes the steps that run, then ends.

      Exit codes:
         0  stopped when it was asked to
         1  error
        13  the store or the socket is held by another process
        64  not a valid configuration
      """,
    version: "vmctld \(BuildVersion.text)")

  @Option(help: ArgumentHelp("Default: VMCTLD_CONFIG, else /etc/vmctl/vmctld.yaml if it is there.", valueName: "file"))
  var config: String?

  @Option(name: [.short, .long], help: ArgumentHelp("The hypervisor, as virsh's -c.", valueName: "uri"))
  var connect: String?

  @Option(help: ArgumentHelp("The store. Default: as vmctl's.", valueName: "path")) var store: String?

  @Option(help: ArgumentHelp("The Unix socket of the API.", valueName: "path")) var socket: String?

  @Option(help: ArgumentHelp("Whose members may connect. Default: vmctl, if there is one.", valueName: "group"))
  var socketGroup: String?

  @Option(help: ArgumentHelp("Listens on TCP too, with TLS.", valueName: "address:port")) var listen: String?

  @Option(help: ArgumentHelp("The listener's certificate and chain, PEM.", valueName: "file"))
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("The certificate's key, PEM.", valueName: "file")) var tlsKey: String?

  @Option(help: ArgumentHelp("Whose client certificates are believed, PEM.", valueName: "file")) var clientCA: String?

  @Flag(help: "Takes tokens in the clear on a loopback address.") var allowPlainLoopback = false

  @Option(help: ArgumentHelp("The file of tokens that `vmctl token` writes.", valueName: "file")) var tokens: String?

  @Option(help: ArgumentHelp("Appends what was decided about each request.", valueName: "file")) var audit: String?

  @Option(help: ArgumentHelp("Between two looks at a domain that nothing was heard of, as 30s.", valueName: "time"))
  var resync: String?

  @Option(help: ArgumentHelp("How many domains are worked at side by side.", valueName: "number")) var parallel: String?

  @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
  var logLevel: String?

  @Option(help: ArgumentHelp("text or json.", valueName: "format")) var logFormat: String?

  @Flag(help: "Prints the effective configuration and ends: 0 where it is good, 64 where it is not.")
  var checkConfig = false

  /// By the setting's path.
  var flags: [String: String] {
    var flags = [
      "connect": connect, "store": store, "socket.path": socket, "socket.group": socketGroup,
      "listen.address": listen, "listen.certificate": tlsCertificate, "listen.key": tlsKey,
      "listen.clientCA": clientCA, "tokens": tokens, "audit.file": audit, "resync": resync, "parallel": parallel,
      "log.level": logLevel, "log.format": logFormat,
    ].compactMapValues { $0 }
    if allowPlainLoopback { flags["listen.allowPlainLoopback"] = "true" }
    return flags
  }
}
