import Vocabulary

extension DeviceKind {
  /// `<disk>`: disk, LUN, CD-ROM and floppy on every bus.
  package static let disk = DeviceKind(
    name: "disk",
    summary: "a disk, LUN, CD-ROM or floppy",
    sees: "a disk on its bus, found by its serial",
    release: "let go of the PCI function or SCSI unit; a usb disk leaves at once",
    identity: [
      IdentityKey("target", "target/@dev"), IdentityKey("serial", "serial"), IdentityKey("source", "source/@file"),
      IdentityKey("source", "source/@dev"),
    ],
    slots: [
      SlotRule(.pci, when: .field("target/@bus", ["virtio"])),
      SlotRule(.drive("scsi"), when: .field("target/@bus", ["scsi"])),
      SlotRule(.drive("sata"), when: .field("target/@bus", ["sata"])),
      SlotRule(.drive("ide"), when: .field("target/@bus", ["ide"])),
      SlotRule(.drive("fdc"), when: .field("target/@bus", ["fdc"])),
      SlotRule(.usb, when: .field("target/@bus", ["usb"])),
    ],
    attach: BothSides(
      live: .when(
        .field("target/@bus", ["virtio", "scsi", "usb"]),
        otherwise: "only virtio, scsi and usb disks can be hotplugged; QEMU's ide, sata and floppy buses cannot"),
      persistent: .yes),
    detach: BothSides(
      live: .when(
        .field("target/@bus", ["virtio", "scsi", "usb"]),
        otherwise: "only virtio, scsi and usb disks can be hot-unplugged"),
      persistent: .yes),
    update: .yes,
    fields: [
      Field("source/@file", .path, note: "the guest's data: another source is another disk (R7)"),
      Field("source/@dev", .path, note: "the guest's data: another source is another disk (R7)"),
      Field("source/@name", note: "the guest's data"),
      Field("source/@protocol", note: "the guest's data"),
      Field("source/@pool", note: "the guest's data"),
      Field("source/@volume", note: "the guest's data"),
      Field("@device", note: "another kind of drive is another device to the guest"),
      Field("driver/@cache", persistent: .inPlace),
      Field("driver/@io", persistent: .inPlace),
      Field("driver/@discard", persistent: .inPlace),
      Field("driver/@type", note: "read with another format the data is another"),
      Field("serial", note: "the guest finds the disk by it"),
      Field("boot/@order", .number, persistent: .inPlace, note: "read by the firmware at a cold boot"),
      Field(
        "target/@dev", live: .never(targetIsTheKey), persistent: .never(targetIsTheKey),
        note: "libvirt's own key of a disk; the guest does not see it (T5)"),
      Field("target/@bus", note: "another bus is another device to the guest"),
    ] + throttles.map(\.field),
    // libvirt replaces the whole device of a definition by what it is sent.
    others: BothSides(live: .withDevice, persistent: .inPlace),
    chosen: [
      ChosenField("@device", .constant("disk"), why: "libvirt's default, written out"),
      ChosenField("driver/@name", .constant("qemu"), why: "the only driver of a QEMU domain"),
      ChosenField(
        "driver/@type", .constant("raw"), when: .not(.field("@type", ["volume"])),
        why: "never probed: a guest could write a header into a raw image; of a volume libvirt knows it"),
      // A CD-ROM, floppy or LUN shows the guest a number of its own or none; vhost-user takes none.
      ChosenField(
        "serial", .serial, when: .all([.field("@device", ["disk"]), .not(.field("@type", ["vhostuser"]))]),
        why: "QEMU numbers IDE and SCSI disks by position otherwise"),
    ],
    shortForm: ShortForm(
      fields: [
        ShortField(
          "file", "source/@file", .path, implies: [("@type", "file")], help: "an image file on the host"),
        ShortField(
          "block", "source/@dev", .path, implies: [("@type", "block")], help: "a block device of the host"),
        ShortField(
          "device", "@device", .oneOf(["disk", "cdrom", "floppy", "lun"]), help: "what the guest sees; default disk"),
        ShortField(
          "format", "driver/@type", .oneOf(["raw", "qcow2", "vmdk", "vdi", "vhdx", "qed"]),
          requiredWith: ["file", "block"],
          help: "the image's format; never guessed from its content"),
        ShortField(
          "cache", "driver/@cache",
          .oneOf(["default", "none", "writethrough", "writeback", "directsync", "unsafe"]), help: "host cache mode"),
        ShortField("io", "driver/@io", .oneOf(["threads", "native", "io_uring"]), help: "host I/O method"),
        ShortField("discard", "driver/@discard", .oneOf(["ignore", "unmap"]), help: "what a guest's TRIM does"),
        ShortField(
          "target", "target/@dev", .diskTarget, required: true,
          help: "libvirt's key of the disk (vda, sda); orders nothing in the guest"),
        ShortField(
          "bus", "target/@bus", .oneOf(["virtio", "scsi", "sata", "ide", "usb", "fdc"]), required: true,
          help: "the bus the guest sees; virtio, scsi and usb can be hotplugged"),
        ShortField("readonly", "readonly", .flag, help: "the guest may not write"),
        ShortField("shareable", "shareable", .flag, help: "other guests may write to it too"),
        ShortField("serial", "serial", .serial, help: "what the guest finds the disk by; default the id"),
      ] + throttles.map(\.key),
      oneOf: ["file", "block"], mayBeNone: .field("@device", ["cdrom", "floppy"])),
    controller: [
      ControllerNeed("scsi", model: "virtio-scsi", when: .field("target/@bus", ["scsi"])),
      ControllerNeed("sata", when: .field("target/@bus", ["sata"])),
      ControllerNeed("ide", when: .field("target/@bus", ["ide"])),
      ControllerNeed("fdc", when: .field("target/@bus", ["fdc"])),
      ControllerNeed("usb", model: "qemu-xhci", when: .field("target/@bus", ["usb"])),
    ],
    files: ["source/@file", "source/@dev"],
    unique: [UniqueField("target/@dev", "target")],
    updateMovesSlot: true,
    media: MediaRule(
      when: .field("@device", ["cdrom", "floppy"]), sources: ["source/@file", "source/@dev"],
      following: ["driver/@type", "@type"], file: "source/@file", format: "driver/@type",
      implies: ("@type", "file"), tray: "target/@tray",
      hint:
        "a guest may have locked the tray (force: true), and libvirt before 9.3 does not see the tray of a drive that "
        + "was plugged into the running domain: the domain's next start helps"),
    moving: ["source/@file", "source/@dev", "driver/@type", "@type", "boot/@order"],
    history: DeviceHistory(
      layer: "backingStore", sources: ["source/@file", "source/@dev"], following: ["driver/@type", "@type"],
      job: "mirror/@job"),
    boot: .preferred(rank: 0),
    holdsData: true,
    runTime: [
      RunTimeField("backingStore"), RunTimeField("mirror"), RunTimeField("source/@index"),
      // The running domain has no format for a drive without a medium (libvirt.md section 8).
      RunTimeField(
        "driver/@type",
        when: .all([
          .field("@device", ["cdrom", "floppy"]), .not(.present("source/@file")), .not(.present("source/@dev")),
        ])),
    ],
    // A guest opens and closes the tray of its drive (T22).
    setByGuest: ["target/@tray"],
    abi: [
      .libvirt("@device", absent: "disk", why: "a disk, a CD drive and a floppy drive are other devices to the guest"),
      .libvirt("target/@bus", why: "which controller the guest finds it on"),
      .libvirt("target/@dev", isSeen: false, why: "libvirt names the drive by it, and drive addresses follow from it"),
      .libvirt("serial", why: "guests find their file systems by it (/dev/disk/by-id)"),
      .libvirt("wwn", why: "guests find their file systems by it (/dev/disk/by-id)"),
      .libvirt("readonly", .presence, why: "the medium is write-protected"),
      .libvirt("@model", why: "transitional, legacy or modern virtio: another PCI id"),
      .libvirt("target/@rotation_rate", .number, absent: "0", why: "whether the guest takes it for a flash disk"),
      .libvirt("driver/@queues", .number, absent: "0", why: "virtio queues: interrupts and channels of the driver"),
      .libvirt("driver/@queue_size", .number, absent: "0", why: "the length of the virtio queues"),
      .libvirt(
        "blockio/@logical_block_size", .number, absent: "0", since: Version(11, 3),
        why: "the sector size: a file system made for another cannot be read"),
      .libvirt(
        "blockio/@physical_block_size", .number, absent: "0", since: Version(11, 3),
        why: "what the guest aligns its writes to"),
      .libvirt(
        "blockio/@discard_granularity", .number, absent: "0", since: Version(11, 3),
        why: "what the guest aligns its discards to"),
      .guest("vendor", why: "the SCSI vendor that the guest reads"),
      .guest("product", why: "the SCSI product that the guest reads"),
      .guest(
        "target/@removable", absent: "off", why: "a bit that the guest reads: whether the medium can be taken out"),
      .guest("geometry/@cyls", .number, why: "the geometry that the BIOS reports"),
      .guest("geometry/@heads", .number, why: "the geometry that the BIOS reports"),
      .guest("geometry/@secs", .number, why: "the geometry that the BIOS reports"),
      .guest("geometry/@trans", why: "the geometry that the BIOS reports"),
      .guest("driver/@event_idx", why: "a virtio feature bit"),
      .guest("driver/@discard", why: "whether the guest may discard blocks"),
    ].checked(by: "virDomainDiskDefCheckABIStability") + .virtioOptions + .placement,
    // `virDomainDiskInsert`.
    listing: DeviceListing(group: "target/@bus") { (number(ofName: $0.value(at: "target/@dev") ?? ""), 0) },
    offered: [
      OfferedField("@device", "disk/diskDevice", absent: "disk"), OfferedField("target/@bus", "disk/bus"),
      OfferedField("@model", "disk/model"),
    ],
    reach: [
      HostReach(.image, "source/@file"), HostReach(.device, "source/@dev"), HostReach(.device, "source/@dir"),
      HostReach(.device, "source/@path"), HostReach(.device, "source/reservations/source/@path"),
      HostReach(.device, "source/host/@socket"),
    ],
    pieces: [
      HostPiece(what: .network, when: .field("@type", ["network"]), "it is reached over the host's network"),
      HostPiece(
        when: .not(.any([.field("@type", ["file", "network"]), .not(.present("@type"))])),
        "it is a device, folder, pool or socket of the host"),
      HostPiece(
        when: .any([.present("@rawio"), .present("@sgio")]), "it sends the guest's commands to the host's hardware"),
    ])

  /// `vda` is 0, `sdab` 27; -1 for a name that libvirt finds no number in (`virDiskNameParse`).
  private static func number(ofName name: String) -> Int {
    guard let prefix = ["fd", "hd", "vd", "sd", "xvd", "ubd"].first(where: name.hasPrefix) else { return -1 }
    let rest = name.utf8.dropFirst(prefix.utf8.count)
    let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    guard (1...6).contains(letters.count),
      rest.dropFirst(letters.count).allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return -1 }
    return letters.reduce(0) { $0 * 26 + Int($1 - UInt8(ascii: "a")) + 1 } - 1
  }

  /// `iotune`: each a parameter of one call, named as its element; nothing is 0 to libvirt, and 0 no limit.
  private static let throttles: [(field: Field, key: ShortField)] =
    ["Bytes", "Iops"].flatMap { unit in
      ["total", "read", "write"].flatMap { what in
        ["", "Max", "MaxLength"].map { ending in
          let parts = [what, unit.lowercased(), "sec"] + (ending.isEmpty ? [] : ["max"])
          let name = parts.joined(separator: "_") + (ending == "MaxLength" ? "_length" : "")
          return throttle(
            name, what + unit + "Sec" + ending,
            "\(what) \(unit.lowercased()) a second"
              + (ending == "Max" ? ", in a burst" : ending.isEmpty ? "" : ": seconds that a burst may last"))
        }
      }
    } + [throttle("size_iops_sec", "sizeIopsSec", "bytes that count as one operation")]

  private static func throttle(_ name: String, _ key: String, _ help: String) -> (field: Field, key: ShortField) {
    let path = FieldPath("iotune/" + name)
    let change = Field.Change.call(.diskIO, parameter: name, .unsignedLong)
    return (
      Field(path, .number, live: change, persistent: change, absent: "0"),
      ShortField("iotune." + key, path, .number(0...1_000_000_000_000_000), help: help)
    )
  }

  private static let targetIsTheKey = "target is libvirt's key of a disk and invisible to the guest"
}
