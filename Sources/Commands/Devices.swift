import ArgumentParser
import Control
import Vocabulary

/// `vmctl devices`
struct Devices: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List a domain's devices, their slots and where the guest sees them.",
    usage: "vmctl devices <domain> [<options>]",
    discussion: """
      SLOT is libvirt's address; its bus is a controller's index. GUEST PATH is the chain of device.function from \
      the root, and GUEST what `lspci` in the guest prints. A device without an id is unmanaged: left alone.

        vmctl devices web-1
        vmctl devices web-1 -o json | jq -r '.[] | select(.id) | [.id, .guestAddress] | @tsv'
      """)

  @Argument(help: "A domain by name or UUID.")
  var domain: DomainArgument

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var common: CommonOptions

  var format: OutputFormat { output.output }

  func run(in context: Context) async throws -> Outcome {
    let reports = try await common.control("devices", in: context, format).domains([domain.text])
    let page = Page(context, format, noColor: common.noColor)
    let devices = reports.flatMap(\.devices)
    try page.print(devices, asOne: false) { DeviceTable.lines($0, page.paint, page.width) }
    if devices.isEmpty {
      Speaker(context, isJSON: format == .json, noColor: common.noColor).say("\(domain.text) has no devices.")
    }
    return .asWanted
  }
}
