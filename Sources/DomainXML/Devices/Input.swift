import Vocabulary

extension DeviceKind {
  /// `<input>`: a keyboard, mouse or tablet.
  package static let input = DeviceKind(
    name: "input",
    summary: "a keyboard, mouse or tablet",
    sees: "a USB or virtio input device; ps2 ones belong to the chipset",
    release: "let go of the PCI function of a virtio one; USB ones leave at once",
    slots: [
      SlotRule(.usb, when: .field("@bus", ["usb"])), SlotRule(.pci, when: .field("@bus", ["virtio"])),
    ],
    attach: BothSides(live: pluggableInput, persistent: unlessChipset),
    detach: BothSides(live: pluggableInput, persistent: unlessChipset),
    controller: [ControllerNeed("usb", model: "qemu-xhci", when: .field("@bus", ["usb"]))],
    abi: [
      .libvirt("@type", why: "a keyboard, a mouse and a tablet are other devices"),
      .libvirt("@bus", absent: "ps2", when: ofChipset, why: "where the guest finds it"),
      .libvirt("@bus", absent: "usb", when: .not(ofChipset), why: "where the guest finds it"),
      .libvirt("@model", why: "transitional or modern virtio: another PCI id"),
    ].checked(by: "virDomainInputDefCheckABIStability") + .virtioOptions + .placement,
    migratable: MigratableForm { elements, _ in withoutKeyboard(elements) },
    builtIn: .all([ofChipset, onPS2]),
    reach: [HostReach(.device, "source/@dev"), HostReach(.device, "source/@evdev")],
    pieces: [
      HostPiece(when: .not(.field("@type", ["mouse", "keyboard", "tablet"])), "it is an input device of the host")
    ])

  /// What is PS/2 where no bus is said (`virDomainInputDefParseXML`).
  private static let ofChipset = Condition.field("@type", ["mouse", "keyboard"])

  private static let onPS2 = Condition.any([.field("@bus", ["ps2"]), .not(.present("@bus"))])

  /// PS/2 keyboards are not printed: there is always one (`virDomainInputDefFormat`).
  private static func withoutKeyboard(_ inputs: [Element]) -> [Element] {
    let left = inputs.filter { !($0.holds("type", "keyboard") && onPS2.holds(for: $0, libvirt: nil)) }
    return left.count == inputs.count ? inputs : left + keyboard
  }

  private static let keyboard = MigratableForm.added("<input type='keyboard' bus='ps2'/>")

  private static let unlessChipset = Support.when(
    .not(.field("@bus", ["ps2"])), otherwise: "ps2 input devices belong to the machine type")

  private static let pluggableInput = Support.when(
    .any([.field("@bus", ["usb", "virtio"]), .all([.field("@type", ["evdev"]), .libvirt(Version(10, 4))])]),
    otherwise: "only usb and virtio input devices can be plugged into a running domain (evdev from 10.4)")
}
