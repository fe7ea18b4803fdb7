import Control
import Vocabulary

/// The devices of a domain over both sides: where each is, and where the guest sees it.
enum DeviceTable {
  static func lines(_ devices: [DeviceDocument], _ paint: Paint, _ width: Int?) -> [String] {
    var table = Table([
      .init("ID"), .init("KIND"), .init("KEY", shrinks: true), .init("SLOT"), .init("GUEST PATH"), .init("GUEST"),
      .init("SIDES"), .init("STATUS"),
    ])
    for device in devices {
      let ink: Paint.Ink? = device.id == nil ? .faint : nil
      var details: [String] = []
      if let other = device.persistentSlot {
        details.append("  " + paint(.change, "# at the next boot at \(other)"))
      }
      table.add(
        [
          .init(device.id ?? "-", device.id == nil ? .faint : .strong), .init(device.kind, ink),
          .init(device.key ?? "-", ink), .init(device.slot?.description ?? "-", ink),
          .init(device.guestPath ?? "-", ink), .init(device.guestAddress ?? "-", ink), .init(sides(device), ink),
          .init(status(device), ink),
        ], details: details)
    }
    return table.lines(paint, width: width)
  }

  private static func sides(_ device: DeviceDocument) -> String {
    device.sides.count == Side.allCases.count ? "both" : device.sides.joined(separator: ", ")
  }

  private static func status(_ device: DeviceDocument) -> String {
    var words = [device.status].compactMap { $0 }
    if let order = device.bootOrder { words.append("boot \(order)") }
    if device.isProtected == true { words.append("protected") }
    return words.joined(separator: ", ")
  }
}
