import ArgumentParser
import Control
import DomainXML
import Vocabulary

/// `vmctl blame`
struct Blame: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "blame",
    abstract: "Say who chose each value of a domain's devices, and when.",
    usage: "vmctl blame <domain> [<id>[.<field>]] [<options>]",
    discussion: """
      For each managed device and field: the value, and by whom it is so: the document (which generation), vmctl \
      (which policy, as a MAC or a slot), libvirt (its default, or for this run), the guest, a snapshot, or a foreign \
      hand. STEP is the operation and the step in it that brought the value, as `vmctl history` numbers them.

        vmctl blame web-1
        vmctl blame web-1 lan
        vmctl blame web-1 lan.mac/@address
        vmctl blame web-1 root.address -o json | jq '.values[] | {by, why, operation}'

      A field is named by its path in libvirt's XML, by the element that it is in, or by its key in a document.
      """)

  @Argument(help: "A domain by name or UUID.")
  var domain: DomainArgument

  @Argument(help: ArgumentHelp("A device id, or one of its fields; none: everything.", valueName: "id.field"))
  var path: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    var document = try await common.control("blame", in: context, format).provenance(of: domain.text)
    if let path { document.values = try Blame.select(path, document) }
    let page = Page(context, format, noColor: common.noColor)
    try page.print([document], asOne: true) { documents in
      documents.flatMap { ProvenanceTable.lines($0.values, page.paint, page.width, localTime: context.localTime) }
    }
    if document.values.isEmpty {
      Speaker(context, isJSON: format == .json, noColor: common.noColor)
        .say("vmctl manages no device of \(document.domain.name), and no document states a setting.")
    }
    return .asWanted
  }

  /// The values of a device, or of one field of it.
  static func select(_ path: String, _ document: ProvenanceDocument) throws(Problem) -> [ProvenanceDocument.Value] {
    let parts = path.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let id = parts[0]
    let ofDevice = document.values.filter { $0.device == id }
    guard let kind = ofDevice.first?.kind else {
      var ids: [String] = []
      for case let known? in document.values.map(\.device) where !ids.contains(known) { ids.append(known) }
      throw Problem(
        "no-such-device", "no device of '\(document.domain.name)' has the id '\(id)'", domain: document.domain.name,
        wanted: ids.joined(separator: ", "), found: id,
        remedy: nearest(to: id, among: ids).map { "did you mean `vmctl blame \(document.domain.name) \($0)`?" }
          ?? "`vmctl devices \(document.domain.name)` lists them")
    }
    guard parts.count == 2 else { return ofDevice }
    let key = Catalogue.kind(named: kind).shortForm?.fields.first { $0.key == parts[1] }?.path
    let found = ofDevice.filter { value in
      let field = FieldPath(value.path)
      return field.isWithin(FieldPath(parts[1])) || key.map { field == $0 } ?? false
        || value.path.hasPrefix(parts[1] + "[")
    }
    guard !found.isEmpty else {
      throw Problem(
        "no-such-field", "'\(id)' has no '\(parts[1])'", domain: document.domain.name, device: id, path: parts[1],
        wanted: ofDevice.map(\.path).joined(separator: ", "), found: parts[1],
        remedy: "`vmctl blame \(document.domain.name) \(id)` shows its fields")
    }
    return found
  }
}
