import ArgumentParser
import Control
import DomainXML
import GuestABI
import Vocabulary

/// `vmctl abi fingerprint`
struct ABIFingerprint: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "fingerprint",
    abstract: "Print a digest of what a guest sees of its hardware.",
    usage: "vmctl abi fingerprint <file> ... [--explain] [<options>]",
    discussion: """
      Documents that the guest cannot tell apart have the same fingerprint, however they are spelled and in whatever \
      order their devices stand; PCI devices count by the way on which the guest finds them and the number that it \
      gives the bus. --explain prints what is digested. Fingerprints are comparable where they are of the same \
      projection, which the output names.

        vmctl abi fingerprint web-1.xml
        virsh dumpxml web-1 | vmctl abi fingerprint -
        vmctl abi fingerprint before.xml after.xml -o json
        vmctl abi fingerprint --explain web-1.xml
      """)

  @Argument(
    help: ArgumentHelp("Domains as libvirt printed them; '-' is stdin.", valueName: "file"),
    completion: .file(extensions: ["xml"]))
  var files: [String]

  @Flag(help: "Print what is digested, line by line.")
  var explain = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func validate() throws {
    if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("stdin is named twice.") }
  }

  func run(in context: Context) async throws -> Outcome {
    let documents = try files.map { try document($0, context) }
    try Page(context, format, noColor: common.noColor).print(documents, asOne: files.count == 1) { documents in
      documents.flatMap { document in
        ["\(document.fingerprint)  \(printable(document.file))"]
          + (document.lines ?? []).map { "  " + printable($0) }
      }
    }
    return .asWanted
  }

  private func document(_ file: String, _ context: Context) throws -> FingerprintDocument {
    let bytes =
      file == "-"
      ? try context.input(Limits.libvirt.bytes) : try FileBytes.read(path: file, limit: Limits.libvirt.bytes)
    let projection: ABIProjection
    do throws(XMLFault) {
      projection = ABIProjection(try DomainDefinition(XMLText(bytes)))
    } catch {
      throw Problem(
        "invalid-document", "\(file) is no domain document", path: file,
        wanted: "what `virsh dumpxml` prints", underlying: error.message)
    }
    return FingerprintDocument(
      file: file, projection: ABIProjection.version, fingerprint: "\(projection.fingerprint)",
      lines: explain ? projection.lines : nil)
  }
}
