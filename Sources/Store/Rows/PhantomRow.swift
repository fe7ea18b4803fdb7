package import Vocabulary

/// A device that the hypervisor process has and libvirt does not know (faults.md 0.2). Nothing can be done about it
/// while that process lives, and it holds its slot.
package struct PhantomRow: Sendable, Hashable {
  package let device: DeviceID
  package let alias: String
  package let slot: Slot?
  /// libvirt's domain id of the run that has it.
  package let run: Int
  package let since: Timestamp
  /// What libvirt said when the device was to be attached.
  package let said: String

  package init(device: DeviceID, alias: String, slot: Slot?, run: Int, since: Timestamp, said: String) {
    self.device = device
    self.alias = alias
    self.slot = slot
    self.run = run
    self.since = since
    self.said = said
  }
}

extension PhantomRow: KeyedRow {
  package var key: DeviceID { device }
}
