import Vocabulary

extension DeviceKind {
  /// `<console>`: the first serial port's shadow, or a virtio console.
  package static let console = DeviceKind(
    name: "console",
    summary: "a console: the shadow of the first serial port, or a virtio console",
    sees: "a port of a virtio-serial controller; nothing of a shadow",
    release: "nothing: a port leaves at once",
    identity: [IdentityKey("port", "target/@type", "target/@port")],
    slots: [SlotRule(.virtioSerial, when: .field("target/@type", ["virtio"]))],
    attach: .virtioOnly,
    detach: .virtioOnly,
    controller: [ControllerNeed("virtio-serial", when: .field("target/@type", ["virtio"]))],
    runTime: RunTimeField.ofCharacterDevices,
    abi: [
      .libvirt("target/@type", absent: "serial", why: "another kind of console")
    ].checked(by: "virDomainConsoleDefCheckABIStability") + .placement,
    reach: HostReach.ofCharacterDevices, pieces: HostPiece.ofCharacterDevices)
}

extension BothSides where Value == Support {
  fileprivate static let virtioOnly: BothSides<Support> = {
    let support = Support.when(
      .field("target/@type", ["virtio"]),
      otherwise: "only virtio consoles can be added or removed; this one is the shadow of a serial port")
    return BothSides(live: support, persistent: support)
  }()
}
