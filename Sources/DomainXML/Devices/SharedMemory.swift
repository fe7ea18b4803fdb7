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
    detach: BothSides(live: ivshmem, persistent: .yes))

  private static let ivshmem = Support.when(
    .field("model/@type", ["ivshmem-plain", "ivshmem-doorbell"]),
    otherwise: "only ivshmem-plain and ivshmem-doorbell can be plugged into a running domain")
}
