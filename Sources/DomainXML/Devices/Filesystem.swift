import Vocabulary

extension DeviceKind {
  /// `<filesystem>`: a folder of the host.
  package static let filesystem = DeviceKind(
    name: "filesystem",
    summary: "a folder of the host",
    sees: "a virtio-fs or 9p device with the tag of target/@dir",
    release: "unmount it and let go of the PCI function",
    identity: [IdentityKey("target", "target/@dir")],
    slots: [SlotRule(.pci)],
    attach: BothSides(live: virtiofs, persistent: .yes),
    detach: BothSides(live: virtiofs, persistent: .yes),
    boot: .allowed,
    abi: [
      .libvirt("target/@dir", why: "the tag that the guest mounts"),
      .libvirt("readonly", .presence, why: "the guest cannot write"),
      .libvirt("@model", why: "transitional or modern virtio: another PCI id"),
      .guest("driver/@type", why: "9p or virtio-fs: another device and another driver"),
      .guest("driver/@queue", .number, why: "the length of the virtio queues"),
      .guest("@multidevs", why: "how inode numbers of several host devices look in the guest"),
    ].checked(by: "virDomainFsDefCheckABIStability") + .virtioOptions + .placement,
    offered: [OfferedField("driver/@type", "filesystem/driverType", absent: "path")],
    reach: [
      HostReach(.device, "source/@dir"), HostReach(.device, "source/@file"), HostReach(.device, "source/@dev"),
      HostReach(.device, "source/@socket"), HostReach(.program, "binary/@path"), HostReach(.harmless, "target/@dir"),
    ],
    pieces: [HostPiece("it is a folder of the host")])

  private static let virtiofs = Support.when(
    .field("driver/@type", ["virtiofs"]),
    otherwise: "only virtiofs folders can be plugged into a running domain; the 9p driver cannot")
}
