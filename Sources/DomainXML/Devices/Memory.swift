import Vocabulary

extension DeviceKind {
  /// `<memory>`: DIMM, NVDIMM, virtio-mem and their like.
  package static let memory = DeviceKind(
    name: "memory",
    summary: "a memory device: dimm, nvdimm, virtio-mem, virtio-pmem or sgx-epc",
    sees: "memory at the device's base address; of virtio-mem and virtio-pmem a PCI function too",
    release: "take the memory offline, which many guests cannot",
    slots: [
      SlotRule(.pci, when: .field("@model", ["virtio-mem", "virtio-pmem"])),
      SlotRule(.dimm, when: .field("@model", ["dimm", "nvdimm"])),
    ],
    attach: BothSides(
      live: .when(
        .not(.field("@model", ["virtio-pmem", "sgx-epc"])),
        otherwise: "QEMU takes neither sgx-epc nor a virtio-pmem that would start again (T10)"),
      persistent: startable),
    detach: BothSides(
      live: .when(.field("@model", ["dimm"]), otherwise: "QEMU lets go of a dimm only"),
      persistent: .yes),
    update: BothSides(
      live: .when(.field("@model", ["virtio-mem"]), otherwise: "libvirt updates virtio-mem only"), persistent: .yes),
    fields: [
      Field("@model", note: "another model is another device to the guest"),
      Field("target/size", .number, note: "in KiB"),
      Field(
        "target/requested", .number, live: .inPlace, persistent: .inPlace,
        note: "how much of a virtio-mem the guest is to use; it follows when it can"),
      Field("target/node", .number, note: "the guest's NUMA node"),
    ],
    shortForm: ShortForm(
      fields: [
        ShortField(
          "model", "@model", .oneOf(["dimm", "nvdimm", "virtio-mem"]), required: true,
          help: "what the guest sees; virtio-mem changes its size live"),
        ShortField(
          "size", "target/size", .memory, required: true, implies: [("target/size/@unit", "KiB")],
          help: "the device's memory; of virtio-mem the most it can have"),
        ShortField(
          "requested", "target/requested", .memory, implies: [("target/requested/@unit", "KiB")],
          help: "of virtio-mem: what the guest is to use now"),
        ShortField(
          "block", "target/block", .memory, implies: [("target/block/@unit", "KiB")],
          help: "of virtio-mem: the least that comes or goes at once"),
        ShortField("node", "target/node", .number(0...1023), help: "the guest's NUMA node; default 0"),
        ShortField("file", "source/path", .path, help: "of an nvdimm: what it is backed by"),
      ], constants: [("target/node", "0")]),
    files: ["source/path"],
    // A definition does not say where QEMU will put it: what the running guest sees is written down (T9). An update
    // does not find a device whose base differs (measured).
    placedLate: true,
    // How much of a virtio-mem device the guest has taken.
    setByGuest: ["target/current"],
    abi: [
      .libvirt("@model", why: "another device to the guest"),
      .libvirt("target/node", .number, absent: "-1", why: "the NUMA node of the memory"),
      .libvirt("target/size", .size, why: "how much memory it is"),
      .libvirt("target/block", .size, why: "the least that comes or goes at once"),
      .libvirt("target/requested", .size, why: "how much the guest is asked to use"),
      .libvirt("target/label/size", .size, when: .field("@model", ["nvdimm"]), why: "the label area of an NVDIMM"),
      .libvirt("source/alignsize", .size, when: .field("@model", ["nvdimm"]), why: "the alignment of an NVDIMM"),
      .libvirt(
        "source/pmem", .presence, when: .field("@model", ["nvdimm"]), why: "whether an NVDIMM promises persistence"),
      .libvirt(
        "target/readonly", .presence, when: .field("@model", ["nvdimm"]), why: "an NVDIMM that cannot be written"),
      .libvirt("uuid", .uuid, when: .field("@model", ["nvdimm"]), why: "the identity of an NVDIMM"),
      .libvirt("target/address/@base", .number, since: Version(11, 3), why: "the physical address of the memory"),
      .libvirt("target/@dynamicMemslots", since: Version(11, 3), why: "how the memory is mapped"),
      .libvirt(
        "alias/@name", counted: .prefix("alias/@name", ["ua-"]),
        isSeen: false, why: "names of RAM blocks in the migration stream follow from it",
        source: "qemuDomainABIStabilityCheck"),
    ].checked(by: "virDomainMemoryDefCheckABIStability") + .placement,
    reach: [HostReach(.file, "source/path")])

  private static let startable = Support.when(
    .not(.field("@model", ["virtio-pmem"])),
    otherwise: "libvirt takes virtio-pmem, and the domain then never starts again (T10)")
}
