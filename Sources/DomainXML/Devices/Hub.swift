import Vocabulary

extension DeviceKind {
  /// `<hub>`: a USB hub.
  package static let hub = DeviceKind(
    name: "hub",
    summary: "a USB hub",
    sees: "a USB hub",
    attach: definedOnly("hub"),
    detach: definedOnly("hub"),
    abi: [
      .libvirt("@type", why: "another hub")
    ].checked(by: "virDomainHubDefCheckABIStability") + .placement)
}
