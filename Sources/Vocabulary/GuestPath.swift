/// Where the guest sees a PCI device: the chain of device.function from the root complex, and the bus number that
/// the guest's firmware gives the last hop. The XML's `bus` is a controller index and says neither.
package struct GuestPath: Sendable, Hashable, CustomStringConvertible {
  package struct Hop: Sendable, Hashable {
    package let device: UInt64
    package let function: UInt64

    package init(device: UInt64, function: UInt64) {
      self.device = device
      self.function = function
    }
  }

  package let hops: [Hop]
  /// The number that the guest gives the bus of the last hop: buses are counted depth first.
  package let bus: UInt64

  package init(hops: [Hop], bus: UInt64) {
    self.hops = hops
    self.bus = bus
  }

  /// `02.4/00.0`
  package var description: String {
    hops.map { hex($0.device, width: 2) + "." + hex($0.function, width: 1) }.joined(separator: "/")
  }

  /// What `lspci` in the guest prints for the device: `05:00.0`.
  package var address: String {
    guard let last = hops.last else { return "" }
    return "\(hex(bus, width: 2)):\(hex(last.device, width: 2)).\(hex(last.function, width: 1))"
  }
}
