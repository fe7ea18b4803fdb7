import ArgumentParser

/// What a plan without libvirt and without a store is made from.
struct OfflineOptions: ParsableArguments, Sendable {
  @Flag(name: .customLong("offline"), help: "Plan from files alone: no libvirt, no store.")
  var isOffline = false

  @Option(
    help: ArgumentHelp(
      "The running domain's XML, as `virsh dumpxml` prints it. None: it does not run.",
      valueName: "file"), completion: .file(extensions: ["xml"]))
  var live: String?

  @Option(
    help: ArgumentHelp(
      "The inactive definition, as `virsh dumpxml --inactive` prints it. None: transient. Neither: it does not exist.",
      valueName: "file"), completion: .file(extensions: ["xml"]))
  var persistent: String?

  @Option(
    help: ArgumentHelp("Plan towards the devices of this domain XML instead of a document.", valueName: "file"),
    completion: .file(extensions: ["xml"]))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "What is known of the host, as JSON (libvirt, machines, firmware, files, networks …). Without it nothing is "
        + "refused for what is not known.", valueName: "file"), completion: .file(extensions: ["json"]))
  var host: String?

  func validate(with selection: SelectionOptions) throws {
    if selection.all { throw ValidationError("--all looks into the store; it does not go with --offline.") }
    if !selection.domains.isEmpty {
      throw ValidationError("--offline takes the domain from its files; name none.")
    }
    if target == nil, selection.files.isEmpty {
      throw ValidationError("--offline needs what is wanted: -f FILE or --target FILE.")
    }
    if target != nil, !selection.files.isEmpty {
      throw ValidationError("-f and --target exclude each other: one thing is wanted, not two.")
    }
  }

  func validateUnused() throws {
    if live != nil || persistent != nil || target != nil || host != nil {
      throw ValidationError("--live, --persistent, --target and --host go with --offline.")
    }
  }
}
