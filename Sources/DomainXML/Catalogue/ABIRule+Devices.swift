import Vocabulary

// Rules that many kinds share.

extension [ABIRule] {
  /// Options of virtio devices. libvirt allots them where there is a `<driver>`, empty or not, and two devices of
  /// which only one has them differ already.
  package static let virtioOptions: [ABIRule] = [
    .libvirt(
      "driver", .presence, isSeen: false,
      why: "libvirt holds a device with a driver element for one with virtio options"),
    .libvirt("driver/@iommu", why: "the guest must use the IOMMU's addresses for this device"),
    .libvirt("driver/@ats", why: "a PCI capability of the device"),
    .libvirt("driver/@packed", why: "a virtio feature bit: the form of the queues"),
    .libvirt("driver/@page_per_vq", why: "where the queues' notification registers are"),
  ].checked(by: "virDomainVirtioOptionsCheckABIStability").map { $0.shared(by: .virtio) }

  /// Where a device sits. The type first: the rest is compared where the types are the same.
  package static let placement: [ABIRule] = [
    .libvirt("address/@type", absent: "none", why: "which bus the guest finds the device on"),
    pci("@domain"), pci("@bus"), pci("@slot"), pci("@function"),
    drive("@controller"), drive("@bus"), drive("@unit"),
    .guest(
      "address/@target", .number, absent: "0", when: .field("address/@type", ["drive"]),
      why: "the SCSI target; libvirt compares controller, bus and unit only"),
    serial("@controller"), serial("@bus"), serial("@port"),
    ccid("@controller"), ccid("@slot"),
    .libvirt("address/@iobase", .number, absent: "0", when: .field("address/@type", ["isa"]), why: "the ISA port"),
    .libvirt("address/@irq", .number, absent: "0", when: .field("address/@type", ["isa"]), why: "the ISA interrupt"),
    .libvirt(
      "address/@slot", .number, absent: "0", when: .field("address/@type", ["dimm"]), why: "the ACPI memory slot"),
    .libvirt(
      "address/@base", .number, absent: "0", when: .field("address/@type", ["dimm"]),
      why: "the physical address of the memory"),
    ccw("@cssid"), ccw("@ssid"), ccw("@devno"),
    .guest("address/@bus", .number, absent: "0", when: .field("address/@type", ["usb"]), why: "the USB bus"),
    .guest(
      "address/@port", when: .field("address/@type", ["usb"]),
      why: "the USB port; Windows installs a device anew where it moves"),
    .guest(
      "address/@multifunction", absent: "off", when: .field("address/@type", ["pci"]),
      why: "a bit of the PCI header: whether the guest looks for further functions of the slot"),
    .guest("address/@reg", .number, when: .field("address/@type", ["spapr-vio"]), why: "the unit address"),
    .guest("address/zpci", .whole, why: "the identifiers of a PCI function of s390"),
    .libvirt("acpi/@index", .number, absent: "0", why: "the name of the card in the guest (eno1)"),
    .guest("rom/@bar", absent: "on", why: "whether the device has an option ROM"),
    .guest("rom/@enabled", absent: "yes", why: "whether the device has an option ROM"),
    .guest("rom/@file", why: "another option ROM, and its size is a PCI register"),
    .guest("boot/@order", .number, why: "what the firmware boots from"),
  ].checked(by: "virDomainDeviceInfoCheckABIStability").map { $0.shared(by: .device) }

  private static func pci(_ part: String) -> ABIRule {
    .libvirt(
      FieldPath("address/" + part), .number, absent: "0", when: .field("address/@type", ["pci"]),
      why: "the PCI address: drivers, names and licences of the guest hang on it")
  }

  private static func drive(_ part: String) -> ABIRule {
    .libvirt(
      FieldPath("address/" + part), .number, absent: "0", when: .field("address/@type", ["drive"]),
      why: "the place of the drive on its controller")
  }

  private static func serial(_ part: String) -> ABIRule {
    .libvirt(
      FieldPath("address/" + part), .number, absent: "0", when: .field("address/@type", ["virtio-serial"]),
      why: "the port's number on its controller")
  }

  private static func ccid(_ part: String) -> ABIRule {
    .libvirt(
      FieldPath("address/" + part), .number, absent: "0", when: .field("address/@type", ["ccid"]),
      why: "the reader's slot")
  }

  private static func ccw(_ part: String) -> ABIRule {
    .libvirt(
      FieldPath("address/" + part), .number, absent: "0", since: Version(11, 3),
      when: .field("address/@type", ["ccw"]), why: "the device's number on the channel subsystem")
  }
}
