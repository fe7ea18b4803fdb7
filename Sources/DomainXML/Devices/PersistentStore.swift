import Vocabulary

extension DeviceKind {
  /// `<pstore>`: where the guest keeps its crash logs.
  package static let pstore = DeviceKind(
    name: "pstore",
    summary: "where the guest keeps its crash logs",
    since: Version(10, 6),
    sees: "an ACPI device",
    attach: definedOnly("pstore"),
    detach: definedOnly("pstore"),
    abi: [
      .libvirt("@backend", since: Version(10, 6), why: "how the guest reaches it"),
      .libvirt("size", .size, since: Version(10, 6), why: "how much it holds"),
    ].checked(by: "virDomainPstoreDefCheckABIStability") + .placement,
    reach: [HostReach(.output, "path")])
}
