import ArgumentParser
import Vocabulary

/// A device id on the command line.
struct DeviceArgument: Sendable, Hashable {
  let id: DeviceID

  init(_ text: String) throws {
    guard let id = DeviceID(text) else { throw ValidationError("a device id is \(DeviceID.rule)") }
    self.id = id
  }
}
