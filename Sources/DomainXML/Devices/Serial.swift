import Vocabulary

extension DeviceKind {
  /// `<serial>`: a serial port.
  package static let serial = DeviceKind(
    name: "serial",
    summary: "a serial port",
    sees: "an ISA port, a PCI function or a USB device",
    release: "let go of the PCI function; USB ones leave at once",
    identity: [IdentityKey("port", "target/@port")],
    slots: [
      SlotRule(.pci, when: .field("target/@type", ["pci-serial"])),
      SlotRule(.usb, when: .field("target/@type", ["usb-serial"])),
    ],
    attach: BothSides(live: .pluggable, persistent: .yes),
    detach: BothSides(live: .pluggable, persistent: .yes),
    fields: [Field("target/@port", .number)],
    runTime: RunTimeField.ofCharacterDevices,
    abi: [
      .libvirt("target/@type", why: "another kind of port"),
      .libvirt("target/model/@name", why: "another chip"),
      .libvirt("target/@port", .number, absent: "0", why: "the number of the port"),
    ].checked(by: "virDomainSerialDefCheckABIStability") + .placement,
    reach: HostReach.ofCharacterDevices, pieces: HostPiece.ofCharacterDevices)
}

extension RunTimeField {
  /// Terminals and sockets that libvirt makes for this run, and whether somebody is at the other end.
  static let ofCharacterDevices = [
    RunTimeField("@tty"), RunTimeField("target/@state"),
    RunTimeField("source", when: .any([.field("@type", ["pty"]), .contains("source/@path", "/channel/")])),
  ]
}

extension Support {
  fileprivate static let pluggable = Support.when(
    .field("target/@type", ["pci-serial", "usb-serial"]),
    otherwise: "QEMU's isa-serial cannot be hotplugged; pci-serial and usb-serial can")
}
