import ArgumentParser

/// A device instead of the whole domain: as a second word or as an option.
struct DeviceChoice: ParsableArguments, Sendable {
  @Argument(
    help: ArgumentHelp("A device id; none: the domain itself.", valueName: "id"),
    transform: DeviceArgument.init(_:))
  var id: DeviceArgument?

  @Option(help: ArgumentHelp("The same as an option.", valueName: "id"), transform: DeviceArgument.init(_:))
  var device: DeviceArgument?

  var chosen: DeviceArgument? { device ?? id }

  func validate() throws {
    if let id, let device, id != device { throw ValidationError("Name one device, not two.") }
  }
}
