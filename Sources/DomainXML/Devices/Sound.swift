import Vocabulary

extension DeviceKind {
  /// `<sound>`: a sound card.
  package static let sound = DeviceKind(
    name: "sound",
    summary: "a sound card",
    sees: "a PCI function, a USB device, or a part of the chipset",
    slots: [
      SlotRule(.usb, when: .field("@model", ["usb"])),
      SlotRule(.pci, when: .not(.field("@model", ["sb16", "pcspk"]))),
    ],
    attach: BothSides(live: .no("a sound card cannot be plugged into a running domain"), persistent: .yes),
    detach: BothSides(live: .no("a sound card cannot be taken out of a running domain"), persistent: .yes),
    abi: [
      .libvirt("@model", why: "another card with another driver"),
      .libvirt("@multichannel", since: Version(11, 3), why: "how many channels the card tells"),
      .guest("codec", .each([.guest("@type", why: "the codec")]), why: "which codecs the card has"),
    ].checked(by: "virDomainSoundDefCheckABIStability") + .placement)
}
