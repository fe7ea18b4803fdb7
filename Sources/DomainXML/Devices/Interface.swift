import Vocabulary

extension DeviceKind {
  /// `<interface>`: a network card.
  package static let interface = DeviceKind(
    name: "interface",
    summary: "a network card",
    sees: "a network card with its MAC address",
    release: "let go of the PCI function",
    identity: [IdentityKey("mac", "mac/@address")],
    slots: [
      SlotRule(.usb, when: .field("model/@type", ["usb-net"])),
      SlotRule(.pci),
    ],
    attach: BothSides(
      live: .when(
        .field(
          "@type",
          ["network", "bridge", "direct", "ethernet", "vhostuser", "user", "vdpa", "hostdev"]),
        otherwise: "libvirt hotplugs interfaces of type network, bridge, direct, ethernet, vhostuser, user, vdpa "
          + "and hostdev only"),
      persistent: .yes),
    detach: .yes,
    update: BothSides(
      live: .when(
        .not(.field("@type", ["hostdev", "vdpa"])), otherwise: "libvirt has no live update for this type of interface"),
      persistent: .yes),
    fields: [
      Field(
        "@type", resolutions: ["network": ["bridge", "direct", "hostdev", "ethernet", "vhostuser"]],
        note: "what the host connects the card to; invisible to the guest"),
      Field("mac/@address", .mac, note: "the guest's address; libvirt finds the card by it"),
      Field("model/@type", note: "another model is another device to the guest"),
      Field("link/@state", live: .inPlace, persistent: .inPlace, note: "the guest sees the cable"),
      Field("source/@network", live: .inPlace, persistent: .inPlace, note: "moved between bridges without the guest"),
      Field("source/@bridge", live: .inPlace, persistent: .inPlace, note: "moved between bridges without the guest"),
      Field("filterref/@filter", live: .inPlace, persistent: .inPlace, note: "the host's packet filter"),
      Field("port/@isolated", .onOff, live: .inPlace, persistent: .inPlace),
      Field("coalesce/rx/frames/@max", .number, live: .inPlace, persistent: .inPlace),
      Field("mtu/@size", .number, persistent: .inPlace),
      Field("driver/@queues", .number, persistent: .inPlace),
      Field("boot/@order", .number, persistent: .inPlace, note: "read by the firmware at a cold boot"),
    ] + bandwidth.map(\.field),
    // libvirt replaces the whole device of a definition by what it is sent.
    others: BothSides(live: .withDevice, persistent: .inPlace),
    chosen: [
      ChosenField("mac/@address", .mac, why: "libvirt would draw another one for each side (T13)"),
      ChosenField(
        "model/@type", .constant("virtio"), when: .not(.field("@type", ["hostdev"])),
        why: "libvirt's default is rtl8139; a passed-through card is the model that it is"),
    ],
    shortForm: ShortForm(
      fields: [
        ShortField(
          "mac", "mac/@address", .mac, help: "default: follows from the domain's UUID and the device's id"),
        ShortField(
          "network", "source/@network", .name, implies: [("@type", "network")], help: "a libvirt network"),
        ShortField(
          "bridge", "source/@bridge", .word, implies: [("@type", "bridge")], help: "a bridge of the host"),
        ShortField(
          "model", "model/@type",
          .oneOf(["virtio", "e1000", "e1000e", "rtl8139", "virtio-transitional", "virtio-non-transitional", "igb"]),
          help: "the card the guest sees; default virtio"),
        ShortField("link", "link/@state", .oneOf(["up", "down"]), help: "the cable; changes live"),
        ShortField("mtu", "mtu/@size", .number(68...65535), help: "announced to the guest by virtio"),
        ShortField("queues", "driver/@queues", .number(1...256), help: "virtio queue pairs"),
      ] + bandwidth.map(\.key),
      oneOf: ["network", "bridge"]),
    networks: ["source/@network"],
    unique: [UniqueField("mac/@address", "MAC")],
    moving: ["boot/@order"],
    // The running domain shows a card on a network as one on that network's bridge. Sent back so, libvirt 9.0 answers
    // 0 and forgets the network (measured).
    restated: [RestatedField("@type", "network", when: .present("source/@network"))],
    boot: .preferred(rank: 1),
    runTime: [
      RunTimeField("target", when: .prefix("target/@dev", ["vnet", "macvtap"])),
      // A card on a libvirt network is printed with what the network resolved to.
      RunTimeField("source/@portid", when: .present("source/@network")),
      RunTimeField("source/@bridge", when: .present("source/@network")),
      RunTimeField("source/@dev", when: .present("source/@network")),
      RunTimeField("source/@mode", when: .present("source/@network")),
    ],
    abi: [
      .libvirt("mac/@address", .mac, why: "the card itself: addresses, names and licences of the guest hang on it"),
      .libvirt("model/@type", why: "another card with another driver"),
      .libvirt("mtu/@size", .number, absent: "0", why: "the largest frame that the card tells"),
      .libvirt("driver/@queues", .number, since: Version(11, 4), why: "queue pairs of the card"),
      .guest("driver/@rx_queue_size", .number, why: "the length of the receive queue"),
      .guest("driver/@tx_queue_size", .number, why: "the length of the send queue"),
      .guest("driver/@event_idx", why: "a virtio feature bit"),
      .guest("driver/@rss", why: "a virtio feature bit: receive-side scaling"),
      .guest("driver/@rss_hash_report", why: "a virtio feature bit: the hash of a packet"),
      .guest("driver/host", .whole, why: "virtio feature bits: what the card takes over from the guest"),
      .guest("driver/guest", .whole, why: "virtio feature bits: what the guest takes over from the card"),
      .guest("teaming", .whole, why: "a virtio feature bit: the standby of another card"),
      .libvirt(
        "source/address/@type", when: .field("@type", ["hostdev"]), why: "another kind of device",
        source: "virDomainHostdevDefCheckABIStability"),
      .guest(
        "source/address", .whole, when: .field("@type", ["hostdev"]),
        isSeen: false, why: "the device of the host that is given to the guest"),
    ].checked(by: "virDomainNetDefCheckABIStability") + .virtioOptions + .placement,
    offered: [OfferedField("backend/@type", "interface/backendType")],
    // Machine types from pc-*-2.4 on load the ROMs that boot by BIOS and UEFI.
    roms: [
      DeviceROM("efi-virtio.rom", when: .prefix("model/@type", ["virtio"])),
      DeviceROM("efi-e1000.rom", when: .field("model/@type", ["e1000"])),
      DeviceROM("efi-e1000e.rom", when: .field("model/@type", ["e1000e", "igb"])),
      DeviceROM("efi-rtl8139.rom", when: .field("model/@type", ["rtl8139"])),
      DeviceROM("efi-ne2k_pci.rom", when: .field("model/@type", ["ne2k_pci"])),
      DeviceROM("efi-pcnet.rom", when: .field("model/@type", ["pcnet"])),
      DeviceROM("efi-vmxnet3.rom", when: .field("model/@type", ["vmxnet3"])),
      DeviceROM("efi-eepro100.rom", when: .prefix("model/@type", ["i8255", "i8256"])),
    ],
    reach: [
      HostReach(.program, "script/@path"), HostReach(.program, "downscript/@path"),
      HostReach(.node, "backend/@tap"), HostReach(.node, "backend/@vhost"), HostReach(.output, "backend/@logFile"),
      HostReach(.device, "source/@path"), HostReach(.device, "source/@dev"),
    ],
    pieces: [
      // Without a type it is libvirt's `user`, which reaches what listens on the host's own loopback.
      HostPiece(
        when: .not(.field("@type", ["network", "bridge"])), "it is on a card, a socket or the network of the host")
    ])

  /// Without an average libvirt keeps nothing of a direction, so 0 stands for no limit.
  private static let bandwidth: [(field: Field, key: ShortField)] =
    [("inbound", "average"), ("inbound", "peak"), ("inbound", "burst"), ("inbound", "floor")].map(limit)
    + [("outbound", "average"), ("outbound", "peak"), ("outbound", "burst")].map(limit)

  private static func limit(_ direction: String, _ name: String) -> (field: Field, key: ShortField) {
    let path = FieldPath("bandwidth/\(direction)/@\(name)")
    let change = Field.Change.call(.bandwidth, parameter: "\(direction).\(name)", .unsigned)
    return (
      Field(path, .number, live: change, persistent: change, absent: "0"),
      ShortField(
        "bandwidth.\(direction)\(name.prefix(1).uppercased())\(name.dropFirst())", path, .number(0...4_194_303),
        help: name == "burst" ? "KiB at full speed" : "KiB a second")
    )
  }
}
