package import Vocabulary

/// A field of a device whose value the host must offer: libvirt's domain capabilities list what its QEMU has.
package struct OfferedField: Sendable {
  package let path: FieldPath
  /// Where the domain capabilities list the values: `video/modelType`.
  package let list: String
  /// What an absent field stands for; `nil`: nothing that has to be there.
  package let absent: String?
  /// Of which devices the list is complete: some kinds of device are not in it although QEMU has them.
  package let when: Condition?

  package init(_ path: FieldPath, _ list: String, absent: String? = nil, when: Condition? = nil) {
    self.path = path
    self.list = list
    self.absent = absent
    self.when = when
  }
}

/// A ROM that QEMU loads into a device from a file of the host. Its size, as the next power of two, is the size of a
/// PCI bar, which the guest sees and a saved guest brings with it.
package struct DeviceROM: Sendable {
  package let when: Condition
  /// The file's name in QEMU's data folders.
  package let file: String

  package init(_ file: String, when: Condition) {
    self.file = file
    self.when = when
  }
}

/// What a later libvirt prints of a domain that nobody changed.
package struct LibvirtAddition: Sendable {
  package let since: Version
  /// The field of the device's element that tells the added device from others, with its value.
  package let path: FieldPath
  package let value: String
  /// Machine types whose domains get it, by the beginning of their names.
  package let machines: [String]
  /// Why the guest sees nothing of it.
  package let why: String

  package init(since: Version, _ path: FieldPath, _ value: String, machines: [String], why: String) {
    self.since = since
    self.path = path
    self.value = value
    self.machines = machines
    self.why = why
  }
}
