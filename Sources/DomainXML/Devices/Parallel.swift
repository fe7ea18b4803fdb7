import Vocabulary

extension DeviceKind {
  /// `<parallel>`: a parallel port.
  package static let parallel = DeviceKind(
    name: "parallel",
    summary: "a parallel port",
    sees: "an ISA port",
    identity: [IdentityKey("port", "target/@port")],
    attach: BothSides(live: .no("QEMU's isa-parallel cannot be hotplugged"), persistent: .yes),
    detach: BothSides(live: .no("QEMU's isa-parallel cannot be hot-unplugged"), persistent: .yes),
    fields: [Field("target/@port", .number)],
    runTime: RunTimeField.ofCharacterDevices,
    abi: [
      .libvirt("target/@port", .number, absent: "0", why: "the number of the port")
    ].checked(by: "virDomainParallelDefCheckABIStability") + .placement,
    reach: HostReach.ofCharacterDevices, pieces: HostPiece.ofCharacterDevices)
}
