import Vocabulary

extension DeviceKind {
  /// `<memory>`: DIMM, NVDIMM, virtio-mem and their like.
  package static let memory = DeviceKind(
    name: "memory",
    summary: "a memory device: dimm, nvdimm, virtio-mem, virtio-pmem or sgx-epc",
    sees: "memory at the device's base address; of virtio-mem and virtio-pmem a PCI function too",
    release: "take the memory offline, which many guests cannot",
    slots: [SlotRule(.pci, when: .field("@model", ["virtio-mem", "virtio-pmem"]))],
    attach: BothSides(
      live: .when(
        .not(.field("@model", ["virtio-pmem", "sgx-epc"])),
        otherwise: "QEMU takes neither sgx-epc nor a virtio-pmem that would start again (T10)"),
      persistent: startable),
    detach: BothSides(
      live: .when(
        .not(.field("@model", ["virtio-pmem", "sgx-epc", "nvdimm"])),
        otherwise: "QEMU lets go of dimm and virtio-mem only"),
      persistent: .yes),
    files: ["source/path"])

  private static let startable = Support.when(
    .not(.field("@model", ["virtio-pmem"])),
    otherwise: "libvirt takes virtio-pmem, and the domain then never starts again (T10)")
}
