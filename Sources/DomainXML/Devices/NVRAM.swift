import Vocabulary

extension DeviceKind {
  /// `<nvram>`: non-volatile memory of a pSeries machine.
  package static let nvram = DeviceKind(
    name: "nvram",
    summary: "non-volatile memory of a pSeries machine",
    sees: "the memory",
    attach: definedOnly("nvram"),
    detach: definedOnly("nvram"),
    abi: .placement, libvirtCompares: false)
}
