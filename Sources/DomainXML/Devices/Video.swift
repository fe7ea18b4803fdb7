import Vocabulary

extension DeviceKind {
  /// `<video>`: a screen.
  package static let video = DeviceKind(
    name: "video",
    summary: "a screen",
    sees: "a PCI function, or a part of the chipset",
    attach: definedOnly("video"),
    detach: definedOnly("video"))
}
