import Vocabulary

extension DeviceKind {
  /// `<hostdev>`: a device of the host, given to the guest.
  package static let hostdev = DeviceKind(
    name: "hostdev",
    summary: "a device of the host, given to the guest",
    sees: "the host's device itself: a PCI function, a USB device, a SCSI unit or adapter",
    release: "let go of the PCI function; USB and SCSI devices leave at once",
    identity: [
      IdentityKey(
        "source", "@type", "source/address/@domain", "source/address/@bus", "source/address/@slot",
        "source/address/@function"),
      IdentityKey("source", "@type", "source/address/@uuid"),
      IdentityKey("source", "@type", "source/vendor/@id", "source/product/@id"),
      IdentityKey("source", "@type", "source/address/@bus", "source/address/@device"),
      IdentityKey("source", "@type", "source/adapter/@name", "source/address/@target", "source/address/@unit"),
    ],
    slots: [
      SlotRule(.pci, when: .field("@type", ["pci", "mdev", "scsi_host"])),
      SlotRule(.usb, when: .field("@type", ["usb"])),
      SlotRule(.drive("scsi"), when: .field("@type", ["scsi"])),
    ],
    attach: .same(subsystem),
    detach: .same(subsystem),
    fields: [
      Field("source/address/@domain", .number), Field("source/address/@bus", .number),
      Field("source/address/@slot", .number), Field("source/address/@function", .number),
    ],
    controller: [
      ControllerNeed("scsi", model: "virtio-scsi", when: .field("@type", ["scsi"])),
      ControllerNeed("usb", model: "qemu-xhci", when: .field("@type", ["usb"])),
    ],
    boot: .allowed,
    abi: [
      .libvirt("@mode", absent: "subsystem", why: "how the device is given"),
      .libvirt("@type", when: .not(.field("@mode", ["capabilities"])), why: "another kind of device"),
      .guest("@model", why: "another device to the guest"),
      .guest("source", .whole, isSeen: false, why: "the guest drives the device itself"),
    ].checked(by: "virDomainHostdevDefCheckABIStability") + .placement,
    // Mediated devices and host adapters are on no list.
    offered: [OfferedField("@type", "hostdev/subsysType", when: .field("@type", ["usb", "pci", "scsi"]))],
    reach: [
      HostReach(.device, "source/block"), HostReach(.device, "source/char"), HostReach(.device, "source/interface"),
    ],
    pieces: [HostPiece("it is a device of the host")])

  private static let subsystem = Support.when(
    .not(.field("@mode", ["capabilities"])), otherwise: "libvirt plugs host devices of mode 'subsystem' only")
}
