import Vocabulary

extension DeviceKind {
  /// `<channel>`: a port to the guest on a virtio-serial controller.
  package static let channel = DeviceKind(
    name: "channel",
    summary: "a virtio-serial port to the guest, as the guest agent's",
    sees: "a named port of a virtio-serial controller",
    release: "nothing: a port leaves at once",
    identity: [IdentityKey("name", "target/@name"), IdentityKey("guestfwd", "target/@address", "target/@port")],
    slots: [SlotRule(.virtioSerial, when: .field("target/@type", ["virtio"]))],
    attach: .yes,
    detach: .yes,
    controller: [ControllerNeed("virtio-serial", when: .field("target/@type", ["virtio"]))],
    unique: [UniqueField("target/@name", "channel name")],
    runTime: RunTimeField.ofCharacterDevices)
}
