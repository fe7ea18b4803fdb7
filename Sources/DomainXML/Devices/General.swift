import Vocabulary

extension DeviceKind {
  /// Any element that has no entry of its own: kept as it is and compared as text. Of the kinds that libvirt knows
  /// the table below says what the hotplug matrix and the identity table of libvirt's own sources say
  /// (`qemuDomainAttachDeviceLive` and its neighbours); an element that nobody knows is left to libvirt.
  package static func general(_ element: String) -> DeviceKind {
    generalKinds[element] ?? unknown(element)
  }

  /// One object a kind, so that two devices of a kind share it.
  package static let generalKinds: [String: DeviceKind] = Dictionary(
    (table + definedOnly).map { ($0.element, $0) }, uniquingKeysWith: { first, _ in first })

  private static func unknown(_ element: String) -> DeviceKind {
    DeviceKind(name: element, summary: "a device that the catalogue has no entry for", attach: .yes, detach: .yes)
  }

  private static let table: [DeviceKind] = [
    DeviceKind(
      name: "hostdev", summary: "a device of the host",
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
      attach: .subsystem, detach: .subsystem,
      fields: [
        Field("source/address/@domain", .number), Field("source/address/@bus", .number),
        Field("source/address/@slot", .number), Field("source/address/@function", .number),
      ],
      controller: [
        ControllerNeed("scsi", model: "virtio-scsi", when: .field("@type", ["scsi"])),
        ControllerNeed("usb", model: "qemu-xhci", when: .field("@type", ["usb"])),
      ], boot: .allowed),
    DeviceKind(
      name: "filesystem", summary: "a folder of the host", identity: [IdentityKey("target", "target/@dir")],
      slots: [SlotRule(.pci)],
      attach: BothSides(
        live: .when(
          .field("driver/@type", ["virtiofs"]), otherwise: "only virtiofs folders can be hotplugged"),
        persistent: .yes),
      detach: BothSides(
        live: .when(
          .field("driver/@type", ["virtiofs"]), otherwise: "only virtiofs folders can be hot-unplugged"),
        persistent: .yes)),
    DeviceKind(
      name: "input", summary: "a keyboard, mouse or tablet",
      slots: [
        SlotRule(.usb, when: .field("@bus", ["usb"])), SlotRule(.pci, when: .field("@bus", ["virtio"])),
      ],
      attach: .pluggableInput, detach: .pluggableInput,
      controller: [ControllerNeed("usb", model: "qemu-xhci", when: .field("@bus", ["usb"]))]),
    DeviceKind(
      name: "redirdev", summary: "a redirected USB device", slots: [SlotRule(.usb)], attach: .yes, detach: .yes,
      controller: [ControllerNeed("usb", model: "qemu-xhci")], boot: .allowed),
    DeviceKind(
      name: "watchdog", summary: "a watchdog",
      slots: [SlotRule(.pci, when: .field("@model", ["i6300esb"]))],
      attach: .i6300esb, detach: .i6300esb),
    DeviceKind(
      name: "memory", summary: "a memory device",
      slots: [SlotRule(.pci, when: .field("@model", ["virtio-mem", "virtio-pmem"]))],
      attach: .startable, detach: .yes),
    DeviceKind(
      name: "shmem", summary: "shared memory", identity: [IdentityKey("name", "@name")], slots: [SlotRule(.pci)],
      attach: .yes, detach: .yes),
    DeviceKind(
      name: "vsock", summary: "a socket to the host", identity: [IdentityKey("vsock")], slots: [SlotRule(.pci)],
      attach: .yes, detach: .yes),
    DeviceKind(
      name: "sound", summary: "a sound card",
      slots: [
        SlotRule(.usb, when: .field("@model", ["usb"])),
        SlotRule(.pci, when: .not(.field("@model", ["sb16", "pcspk"]))),
      ],
      attach: .coldOnly("a sound card"), detach: .coldOnly("a sound card")),
    DeviceKind(
      name: "parallel", summary: "a parallel port", identity: [IdentityKey("port", "target/@port")],
      attach: .coldOnly("a parallel port"), detach: .coldOnly("a parallel port")),
    DeviceKind(
      name: "lease", summary: "a lock that the domain holds", identity: [IdentityKey("lease", "lockspace", "key")],
      attach: .yes, detach: .yes, takesAlias: false, detachNeedsGuest: false),
  ]

  /// Kinds that libvirt can neither attach nor detach.
  private static let definedOnly: [DeviceKind] = [
    "video", "graphics", "tpm", "panic", "hub", "smartcard", "audio", "iommu", "nvram", "crypto", "pstore",
  ].map { element in
    let reason = "libvirt can add or remove a \(element) device only when it defines the domain"
    return DeviceKind(
      name: element, summary: "set when the domain is defined",
      identity: element == "graphics" ? [IdentityKey("type", "@type")] : [], attach: .no(reason), detach: .no(reason),
      takesAlias: !["graphics", "audio"].contains(element))
  }
}

extension BothSides where Value == Support {
  fileprivate static func same(_ support: Support) -> BothSides<Support> {
    BothSides(live: support, persistent: support)
  }

  fileprivate static let subsystem = same(
    .when(
      .not(.field("@mode", ["capabilities"])), otherwise: "libvirt plugs host devices of mode 'subsystem' only"))

  fileprivate static let pluggableInput = BothSides(
    live: .when(.field("@bus", ["usb", "virtio"]), otherwise: "only usb and virtio input devices can be hotplugged"),
    persistent: .yes)

  fileprivate static let i6300esb = BothSides(
    live: .when(.field("@model", ["i6300esb"]), otherwise: "only an i6300esb watchdog can be hotplugged"),
    persistent: .yes)

  fileprivate static let startable = same(
    .when(
      .not(.field("@model", ["virtio-pmem"])),
      otherwise: "libvirt takes virtio-pmem, and the domain then never starts again (T10)"))

  fileprivate static func coldOnly(_ words: String) -> BothSides<Support> {
    BothSides(live: .no("\(words) cannot be hotplugged"), persistent: .yes)
  }
}
