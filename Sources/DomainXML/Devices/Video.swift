import Vocabulary

extension DeviceKind {
  /// `<video>`: a screen.
  package static let video = DeviceKind(
    name: "video",
    summary: "a screen",
    sees: "a PCI function, or a part of the chipset",
    attach: definedOnly("video"),
    detach: definedOnly("video"),
    abi: [
      .libvirt("model/@type", why: "another card with another driver"),
      .libvirt("model/@ram", .number, absent: "0", why: "the size of a PCI bar"),
      .libvirt("model/@vram", .number, absent: "0", why: "the size of a PCI bar"),
      .libvirt("model/@vram64", .number, absent: "0", why: "the size of a PCI bar"),
      .libvirt("model/@vgamem", .number, absent: "0", why: "the framebuffer that the card tells"),
      .libvirt("model/@heads", .number, absent: "0", why: "how many screens the card tells"),
      .libvirt("model/acceleration", .stated, why: "whether the card can draw"),
      .libvirt("model/acceleration/@accel2d", why: "whether the card can draw"),
      .libvirt("model/acceleration/@accel3d", why: "whether the card can draw"),
      .guest("model/resolution", .whole, why: "the resolution that the card offers first"),
      .guest("model/@blob", why: "a virtio feature bit"),
      .guest("model/@primary", absent: "no", why: "which card the firmware draws on"),
    ].checked(by: "virDomainVideoDefCheckABIStability") + .virtioOptions + .placement,
    offered: [OfferedField("model/@type", "video/modelType")],
    roms: [
      DeviceROM("vgabios-stdvga.bin", when: .field("model/@type", ["vga"])),
      DeviceROM("vgabios-cirrus.bin", when: .field("model/@type", ["cirrus"])),
      DeviceROM("vgabios-qxl.bin", when: .field("model/@type", ["qxl"])),
      DeviceROM("vgabios-vmware.bin", when: .field("model/@type", ["vmvga"])),
      DeviceROM(
        "vgabios-virtio.bin", when: .all([.field("model/@type", ["virtio"]), .field("model/@primary", ["yes"])])),
      DeviceROM("vgabios-bochs-display.bin", when: .field("model/@type", ["bochs"])),
      DeviceROM("vgabios-ramfb.bin", when: .field("model/@type", ["ramfb"])),
    ],
    reach: [
      HostReach(.device, "driver/@rendernode"), HostReach(.device, "acceleration/@rendernode"),
      HostReach(.device, "model/acceleration/@rendernode"),
    ],
    pieces: [
      HostPiece(when: .field("driver/@name", ["vhostuser"]), "a program of the host draws it"),
      HostPiece(when: .field("model/acceleration/@accel3d", ["yes"]), "it draws on the host's graphics card"),
    ])
}
