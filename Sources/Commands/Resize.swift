import ArgumentParser
import Control
import Vocabulary

/// `vmctl resize`
struct Resize: VerbCommand {
  static let configuration = CommandConfiguration(
    commandName: "resize",
    abstract: "Make a disk of a running domain larger.",
    usage: "vmctl resize <domain> <id> <size> [<options>]",
    discussion: """
      The guest sees the new size at once and has to use it by itself. A disk never becomes smaller: what is behind \
      its new end would be lost.

        vmctl resize web-1 data "40 GiB"
      """)

  @OptionGroup var options: VerbOptions

  @Argument(help: "The disk.", transform: DeviceArgument.init(_:))
  var id: DeviceArgument

  @Argument(help: "Its new size with the unit, as \"40 GiB\".", transform: SizeArgument.init(_:))
  var size: SizeArgument

  var request: VerbRequest {
    var request = VerbRequest(.resize, domain: options.domain.text, device: id.id.text)
    request.size = size.bytes
    return request
  }
}

/// A size on the command line.
struct SizeArgument: Sendable {
  let bytes: UInt64

  init(_ text: String) throws {
    guard let kibibytes = parseMemory(text), kibibytes < 1 << 53 else {
      throw ValidationError("'\(text)' is no size with its unit, as \"40 GiB\".")
    }
    bytes = kibibytes * 1024
  }
}
