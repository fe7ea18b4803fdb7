/// How a daemon works.
package struct ResidentSettings: Sendable {
  /// How often every domain is looked at without a reason. Persistent changes by others have no event before libvirt
  /// 11.0 (T30), and events can be lost.
  package var resync: Duration = .seconds(30)
  /// Passes side by side: libvirtd serves five calls of a client at once, and planning takes a core.
  package var parallel = 4
  /// How long a pass waits for a guest before it makes room: one that co-operates answers within a second.
  package var patience: Duration = .seconds(2)
  /// How long the rows of a domain that went to another host by migration are kept (R14).
  package var migratedKept: Duration = .seconds(7 * 86_400)
  /// The socket that commands find in the store's lock; `nil` where there is none.
  package var socketPath: String?
  /// How many events are kept for watchers that come back.
  package var eventsKept = 4096

  package init() {}
}
