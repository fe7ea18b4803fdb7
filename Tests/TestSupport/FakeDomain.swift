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

  mutating func setText(_ text: XMLText, _ side: Side) {
    switch side {
    case .live: live = text
    case .persistent: persistent = text
    }
  }
}
