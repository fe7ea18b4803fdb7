import ArgumentParser
import Control
import Intent
import Vocabulary

/// Which domains, and what is wanted of them: shared by `plan` and `reconcile`, so the second does what the first
/// showed.
struct SelectionOptions: ParsableArguments, Sendable {
  @Argument(
    help: ArgumentHelp(
      "Domains by name or UUID: of the documents, or, without -f, of those that vmctl has one for.",
      valueName: "domain"))
  var domains: [DomainArgument] = []

  @Option(
    name: [.customShort("f"), .customLong("file")], parsing: .singleValue,
    help: ArgumentHelp(
      "A document, a folder of *.yaml, *.yml and *.json, or - for stdin. May be repeated.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var files: [String] = []

  @Flag(help: "Every domain that vmctl has a document for.")
  var all = false

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A device id whose removal is meant, where a guard rail refuses it; or: unlisted.", valueName: "id"),
    transform: DeviceArgument.init(_:))
  var remove: [DeviceArgument] = []

  @Flag(help: "Put back what the guest or somebody else changed, also where the document only wants a report.")
  var reassert = false

  @Flag(help: "Add PCI ports where there are too few; the guest gets them, and what goes there, at its next boot.")
  var grow = false

  @Option(
    help: ArgumentHelp("How long guests are waited for, all in all.", valueName: "time"),
    transform: TimeArgument.init(_:))
  var timeout = TimeArgument(seconds: 60)

  func validate() throws {
    if all, !domains.isEmpty { throw ValidationError("--all and named domains exclude each other.") }
  }

  /// Something must say what to work on; an offline plan says it otherwise.
  func requireSelection() throws {
    if domains.isEmpty, files.isEmpty, !all {
      throw ValidationError("Nothing to work on: give a document with -f, name a domain, or say --all.")
    }
  }

  /// Reads the documents and checks them, so that every fault is said before anything is opened.
  func request(in context: Context) throws -> ReconcileRequest {
    let sources = try DocumentFiles.read(files, in: context)
    try DocumentFiles.check(sources)
    return ReconcileRequest(
      domains: domains.map(\.text), documents: sources, all: all, removals: remove.map(\.id.text),
      reassert: reassert, grow: grow, timeout: timeout.milliseconds)
  }

  /// Whether something was said that no document keeps.
  var isOfOneRun: Bool { !remove.isEmpty || reassert || grow }

  /// The documents of a request that are meant: all, or those of the domains that are named.
  func documents(of request: ReconcileRequest) throws -> [IntentDocument] {
    let documents = try DocumentFiles.parse(request.documents)
    guard !domains.isEmpty else { return documents }
    return try domains.map { domain in
      guard let found = documents.first(where: { $0.name.text == domain.text || $0.uuid?.description == domain.text })
      else {
        throw Problem(
          "usage", "none of the documents is of the domain '\(domain.text)'", domain: domain.text,
          found: documents.map(\.name.text).joined(separator: ", "))
      }
      return found
    }
  }

  /// Whether the answer is one object rather than a list: what was asked decides, not what came of it.
  var asksForOne: Bool {
    if all || files.count > 1 || domains.count > 1 { return false }
    return !domains.isEmpty || files.count == 1 && !DocumentFiles.isFolder(files[0])
  }
}
