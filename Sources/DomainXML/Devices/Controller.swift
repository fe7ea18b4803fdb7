import Vocabulary

extension DeviceKind {
  /// `<controller>`: buses that other devices sit on.
  package static let controller = DeviceKind(
    name: "controller",
    summary: "a bus or port that other devices sit on",
    sees: "the bus, and what sits on it",
    release: "let go of the PCI function",
    identity: [IdentityKey("controller", "@type", "@index")],
    slots: [
      SlotRule(.pci, when: .field("@type", ["scsi", "virtio-serial", "usb"]))
    ],
    attach: BothSides(
      live: .when(
        .any([
          .field("@type", ["scsi"]), .all([.field("@type", ["virtio-serial"]), .libvirt(Version(11, 3))]),
        ]),
        otherwise: "libvirt hotplugs scsi controllers only (virtio-serial from 11.3)"),
      persistent: .when(
        .not(.field("@type", ["pci"])),
        otherwise: "a PCI controller that is added later may move the guest's bus numbers (T6)")),
    detach: BothSides(
      live: .when(
        .field("@type", ["scsi"]), otherwise: "libvirt hot-unplugs scsi controllers only, and only unused ones"),
      persistent: .when(
        .not(.field("@type", ["pci", "usb", "sata", "ide"])),
        otherwise: "libvirt answers 0 and puts it back, or moves the devices that sit on it (T25)")),
    fields: [Field("@index", .number), Field("@ports", .number), Field("@vectors", .number)],
    provides: [
      // T7: slot 0 behind a port; 1 and up behind a bridge; on a conventional root 1 is the chipset's on pc and 2 the
      // screen's, so vmctl begins behind them; none on a root complex, where only what is never unplugged stands.
      BusLayout(
        "pci", .slots(0..<1), when: .field("@model", ["pcie-root-port", "pcie-switch-downstream-port"])),
      BusLayout("pci", .slots(3..<32), allowed: 1..<32, when: .field("@model", ["pci-root"]), rank: 1),
      BusLayout(
        "pci", .slots(1..<32), when: .field("@model", ["pci-bridge", "pcie-to-pci-bridge", "dmi-to-pci-bridge"]),
        rank: 1),
      // Paravirtual controllers have units; lsilogic, which is also libvirt's default, one target with seven units
      // (the eighth is the adapter); the other emulated ones a unit on each target.
      BusLayout(
        "scsi", .units(0..<255),
        when: .field("@model", ["virtio-scsi", "virtio-transitional", "virtio-non-transitional"])),
      BusLayout(
        "scsi", .units(0..<7), when: .any([.field("@model", ["lsilogic", "auto"]), .not(.present("@model"))])),
      BusLayout("scsi", .targets(0..<7)),
      BusLayout("sata", .units(0..<6)),
      BusLayout("ide", .buses(2, units: 2)),
      BusLayout("fdc", .units(0..<2)),
      // Ports that QEMU gives a controller by itself: four of xhci, six of ehci, two of the others.
      BusLayout(
        "usb", .ports(first: 1, count: 4, limit: 15, reserved: 0), when: .field("@model", ["qemu-xhci", "nec-xhci"])),
      BusLayout(
        "usb", .ports(first: 1, count: 6, limit: 15, reserved: 0), when: .field("@model", ["ehci", "ich9-ehci1"])),
      BusLayout("usb", .ports(first: 1, count: 2, limit: 15, reserved: 0)),
      // Port 0 belongs to the console of the first bus in every guest's driver.
      BusLayout("virtio-serial", .ports(first: 0, count: 31, limit: 31, reserved: 1)),
    ],
    abi: [
      .libvirt("@type", why: "another bus"),
      .libvirt("@index", .number, isSeen: false, why: "what addresses call the bus"),
      .libvirt("@model", why: "another controller to the guest, with another driver"),
      .libvirt(
        "@ports", .number, when: .field("@type", ["virtio-serial", "usb"]), why: "how many ports the guest counts"),
      .libvirt("@vectors", .number, when: .field("@type", ["virtio-serial"]), why: "interrupts of the controller"),
      .guest("model/@name", why: "another chip: the PCI id of the bridge or port"),
      .guest("target/@chassis", .number, why: "the slot register of a port: guests name slots by it"),
      .guest("target/@chassisNr", .number, why: "the chassis number of a bridge"),
      .guest("target/@port", .number, why: "the port number in the slot register"),
      .guest("target/@busNr", .number, why: "where the numbers of an expander bridge begin"),
      .guest("target/@index", .number, why: "which host bridge of the machine it is"),
      .guest("target/@hotplug", absent: "on", why: "whether the slot says that it can be plugged"),
      .guest("target/node", .number, why: "the NUMA node that ACPI gives for the bus"),
      .guest("pcihole64", .size, why: "where the firmware puts large PCI bars"),
      .guest("driver/@queues", .number, why: "virtio queues of the adapter"),
      .guest("driver/@cmd_per_lun", .number, why: "the depth of the queue that the adapter tells"),
      .guest("driver/@max_sectors", .number, why: "the largest request that the adapter tells"),
      .guest("master/@startport", .number, why: "which ports of the bus the companion serves"),
    ].checked(by: "virDomainControllerDefCheckABIStability") + .virtioOptions + .placement,
    // By their index, a master before its companions (`virDomainControllerInsertPreAlloced`).
    listing: DeviceListing(group: "@type") { (index(of: $0), $0.child("master") == nil ? 0 : 1) },
    migratable: MigratableForm { withoutDefaults($0, machine: $1) })

  /// 0 where there is none.
  private static func index(of controller: Element) -> Int {
    Int(clamping: controller.number("index") ?? 0)
  }

  /// On an i440fx machine (`qemuDomainMachineIsI440FX`) the only USB controller and the only PCI root are not printed,
  /// where they are what libvirt would add (`qemuDomainDefFormatBufInternal`).
  private static func withoutDefaults(_ controllers: [Element], machine: String) -> [Element] {
    guard machine == "pc" || ["pc-0.", "pc-1.", "pc-i440", "rhel"].contains(where: machine.hasPrefix) else {
      return controllers
    }
    let usb = only("usb", of: controllers).filter { ["piix3-uhci", nil].contains($0["model"]) }
    let pci = only("pci", of: controllers).filter { $0.holds("model", "pci-root") && $0.child("pcihole64") == nil }
    let left = controllers.filter { element in !(usb + pci).contains { $0.isSpelled(as: element) } }
    return left + (usb.isEmpty ? [] : defaultUSB) + (pci.isEmpty ? [] : defaultPCI)
  }

  /// The one of a type, if it is the first, and nobody gave it an id.
  private static func only(_ type: String, of controllers: [Element]) -> [Element] {
    let found = controllers.filter { $0.holds("type", type) }
    return found.count == 1
      ? found.filter { index(of: $0) == 0 && !($0.value(at: "alias/@name") ?? "").hasPrefix("ua-") } : []
  }

  private static let defaultUSB = MigratableForm.added(
    """
    <controller type='usb' index='0' model='piix3-uhci'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x2'/>
    </controller>
    """)
  private static let defaultPCI = MigratableForm.added("<controller type='pci' index='0' model='pci-root'/>")
}
