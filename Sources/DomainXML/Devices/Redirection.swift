import Vocabulary

extension DeviceKind {
  /// `<redirdev>`: a USB device redirected from elsewhere.
  package static let redirdev = DeviceKind(
    name: "redirdev",
    summary: "a redirected USB device",
    sees: "a USB device, once somebody redirects one",
    release: "nothing: a USB device leaves at once",
    slots: [SlotRule(.usb)],
    attach: .yes,
    detach: .yes,
    controller: [ControllerNeed("usb", model: "qemu-xhci")],
    boot: .allowed,
    abi: [
      .libvirt("@bus", absent: "usb", why: "another bus"),
      .libvirt("@type", isSeen: false, why: "libvirt takes another source for another device"),
    ].checked(by: "virDomainRedirdevDefCheckABIStability") + .placement,
    offered: [OfferedField("@bus", "redirdev/bus", absent: "usb")],
    reach: HostReach.ofCharacterDevices,
    pieces: [
      HostPiece(when: .not(.field("@type", ["spicevmc"])), "it connects the guest to a socket or device of the host")
    ])
}
