import Vocabulary

extension DeviceKind {
  /// `<lease>`: a lock that the domain holds while it runs.
  package static let lease = DeviceKind(
    name: "lease",
    summary: "a lock that the domain holds while it runs",
    sees: "nothing",
    release: "nothing: the lock is given back at once",
    identity: [IdentityKey("lease", "lockspace", "key")],
    attach: .yes,
    detach: .yes,
    takesAlias: false,
    detachNeedsGuest: false,
    reach: [HostReach(.output, "target/@path")])
}
