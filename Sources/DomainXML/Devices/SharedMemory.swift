import Vocabulary

extension DeviceKind {
  /// `<shmem>`: memory shared between guests or with the host.
  package static let shmem = DeviceKind(
    name: "shmem",
    summary: "shared memory",
    sees: "a PCI function with the memory in a bar",
    release: "let go of the PCI function",
    identity: [IdentityKey("name", "@name")],
    slots: [SlotRule(.pci)],
    attach: BothSides(live: ivshmem, persistent: .yes),
    detach: BothSides(live: ivshmem, persistent: .yes),
    abi: [
      .libvirt("@role", isSeen: false, why: "whether the guest takes the memory along in a migration"),
      .libvirt("model/@type", absent: "ivshmem", why: "another PCI id"),
      .libvirt(
        "size", .size, absent: "4 MiB", when: .not(doorbell), counted: .not(.field("size", ["0"])),
        why: "the size of a PCI bar; nothing and 0 stand for 4 MiB"),
      .libvirt("size", .size, when: doorbell, why: "the size of a PCI bar"),
      .libvirt("server", .presence, why: "whether the device can interrupt its peers"),
      .libvirt("msi", .presence, why: "whether the device has interrupts"),
      .libvirt("msi/@vectors", .number, absent: "0", why: "how many interrupts the device has"),
      .libvirt("msi/@ioeventfd", why: "how the device is rung"),
    ].checked(by: "virDomainShmemDefCheckABIStability") + .placement,
    reach: [HostReach(.device, "server/@path")], pieces: [HostPiece("it is memory of the host that others share")])

  private static let doorbell = Condition.field("model/@type", ["ivshmem-doorbell"])

  private static let ivshmem = Support.when(
    .field("model/@type", ["ivshmem-plain", "ivshmem-doorbell"]),
    otherwise: "only ivshmem-plain and ivshmem-doorbell can be plugged into a running domain")
}
