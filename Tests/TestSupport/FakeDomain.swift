import Libvirt
import Vocabulary

/// One domain of the fake.
struct FakeDomain: Sendable {
  let uuid: DomainUUID
  let name: String
  /// Kept after `undefine` while the domain runs: libvirt returns that ghost too (T19).
  var persistent: XMLText
  var isPersistent = true
  var live: XMLText?
  var id: Int?
  var state = DomainState.shutOff
  var stopReason = StopReason.unknown
  /// The live definition that the next start takes up again.
  var saved: XMLText?
  /// Aliases that the guest was asked to let go of.
  var pending: [String] = []
  /// Those of the saved image (T23).
  var savedPending: [String] = []
  /// Devices that the hypervisor process has and libvirt does not know: their aliases, and whether libvirt has run into
  /// the leftover block node already.
  var phantoms: [String: Bool] = [:]
  var guest: FakeHypervisor.Guest?
  var job = JobState.none
  var control = ControlState.ok
  var startsWithHost = false
  /// Sizes of disks that were changed, by target.
  var capacities: [String: UInt64] = [:]

  init(_ definition: FakeDefinition) {
    uuid = definition.uuid
    name = definition.name
    persistent = definition.text
  }

  func text(_ side: Side, _ function: String) throws(LibvirtError) -> XMLText {
    switch side {
    case .live:
      guard let live else { throw .invalid("domain is not running", function) }
      return live
    case .persistent:
      guard isPersistent else {
        throw .invalid("transient domains do not have any persistent config", function)
      }
      return persistent
    }
  }

  func hotplug(_ side: Side, _ function: String) throws(LibvirtError) -> FakeHotplug {
    try FakeHotplug(try text(side, function), side: side, run: id ?? 0, function)
  }

  /// A live attach that ends libvirtd half way (faults.md 0.2).
  mutating func leavePhantom(_ device: XMLText) throws(LibvirtError) {
    let attached = try hotplug(.live, "virDomainAttachDeviceFlags").attach(device)
    if let alias = attached.alias { phantoms[alias] = false }
  }

  /// What QEMU says to an attach of a device that it has already.
  mutating func refusePhantom(_ alias: String?, _ function: String) throws(LibvirtError) {
    guard let alias, let wasMet = phantoms[alias] else { return }
    phantoms[alias] = true
    throw .internal(
      "unable to execute QEMU command "
        + (wasMet
          ? "'device_add': Duplicate device ID '\(alias)'"
          : "'blockdev-add': Duplicate nodes with node-name='libvirt-3-storage'"),
      function)
  }

  mutating func setText(_ text: XMLText, _ side: Side) {
    switch side {
    case .live: live = text
    case .persistent: persistent = text
    }
  }
}
