import Vocabulary

extension DeviceKind {
  /// `<watchdog>`: resets or stops a guest that hangs.
  package static let watchdog = DeviceKind(
    name: "watchdog",
    summary: "a watchdog",
    sees: "a PCI function (i6300esb) or a part of the chipset (itco, ib700)",
    release: "let go of the PCI function",
    slots: [SlotRule(.pci, when: .field("@model", ["i6300esb"]))],
    attach: BothSides(live: i6300esb, persistent: .yes),
    detach: BothSides(live: i6300esb, persistent: .yes),
    // libvirt from 11.x says so of q35, whose chipset always had one (T33).
    implicit: .field("@model", ["itco"]),
    abi: [
      .libvirt("@model", why: "another device with another driver"),
      // A part of the chipset has no slot to be named by; measured: libvirt 11.3 passes over it.
      .libvirt(
        "acpi/@index", .number, absent: "0", when: .not(.field("@model", ["itco"])),
        why: "the name of the card in the guest (eno1)"),
    ].checked(by: "virDomainWatchdogDefCheckABIStability") + [ABIRule].placement.filter { $0.path != "acpi/@index" },
    additions: [
      LibvirtAddition(
        since: Version(9, 1), "@model", "itco", machines: ["pc-q35", "q35"],
        why: "QEMU's q35 always had this watchdog in its chipset")
    ])

  private static let i6300esb = Support.when(
    .field("@model", ["i6300esb"]), otherwise: "only an i6300esb watchdog can be plugged into a running domain")
}
