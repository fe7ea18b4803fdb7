import Vocabulary

extension DeviceKind {
  /// `<tpm>`: a trusted platform module.
  package static let tpm = DeviceKind(
    name: "tpm",
    summary: "a trusted platform module",
    sees: "a TPM, with what the guest sealed in it",
    attach: definedOnly("tpm"),
    detach: definedOnly("tpm"),
    abi: [
      .libvirt("backend/@type", why: "a device of the host or an emulated one, with other contents"),
      .libvirt("@model", why: "another interface to the guest"),
      .libvirt("backend/@version", why: "1.2 and 2.0 are other devices"),
      .libvirt(
        "backend/active_pcr_banks", .names, when: .field("backend/@type", ["emulator"]),
        why: "which hashes the device keeps"),
    ].checked(by: "virDomainTPMDefCheckABIStability") + .placement,
    offered: [
      OfferedField("@model", "tpm/model"), OfferedField("backend/@type", "tpm/backendModel"),
      OfferedField("backend/@version", "tpm/backendVersion", when: .field("backend/@type", ["emulator"])),
    ],
    reach: [
      HostReach(.device, "backend/device/@path"), HostReach(.device, "backend/source/@path"),
    ],
    pieces: [
      HostPiece(when: .not(.field("backend/@type", ["emulator"])), "it is a module or a socket of the host")
    ])
}
