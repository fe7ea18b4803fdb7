import Store

/// The daemon that holds a store, as its lock says: whoever wants something of that store asks the daemon for it.
package struct ResidentDaemon: Sendable, Hashable {
  package let socket: String
  /// The hypervisor that it works at, where it says.
  package let uri: String?

  /// - Parameters: as those of `EmbeddedControl`.
  /// - Returns: `nil` where no daemon holds that store.
  package static func holding(
    storePath: String?, environment: [String: String], isRoot: Bool
  ) -> ResidentDaemon? {
    // Where no place for a store can be told, the embedded control says so.
    guard
      let location = try? StoreLocation.standard(option: storePath, environment: environment, isRoot: isRoot),
      let holder = StoreLock.daemon(of: location), let socket = holder.socket
    else { return nil }
    return ResidentDaemon(socket: socket, uri: holder.uri)
  }
}
