import Vocabulary

extension DeviceKind {
  /// `<panic>`: how the guest tells that it crashed.
  package static let panic = DeviceKind(
    name: "panic",
    summary: "how the guest tells that it crashed",
    sees: "an ISA port or a PCI function",
    attach: definedOnly("panic"),
    detach: definedOnly("panic"),
    abi: [
      .libvirt("@model", why: "another device with another driver")
    ].checked(by: "virDomainPanicDefCheckABIStability") + .placement,
    offered: [OfferedField("@model", "panic/model")])
}
