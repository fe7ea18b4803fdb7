import Foundation

/// Where a store is: one SQLite file, with its lock beside it.
package struct StoreLocation: Sendable, Hashable {
  /// Absolute: a later change of the working folder must not move the store, and SQLite would read a relative path
  /// that begins with `file:` as a URI.
  package let path: String

  package init(path: String) {
    self.path = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  package var lockPath: String { path + ".lock" }
  package var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? path }
  /// Where damaged rows are put that were taken out of the store.
  package var asidePath: String { path + ".damaged" }
  package var walPath: String { path + "-wal" }
  package var sharedMemoryPath: String { path + "-shm" }
  /// What a restore is put together in, before it takes the store's place.
  var restoringPath: String { path + ".restoring" }

  /// The store that a command uses: `--store`, `VMCTL_STORE`, `/var/lib/vmctl/vmctl.db` for root and
  /// `$XDG_STATE_HOME/vmctl/vmctl.db` (by default under `~/.local/state`) for others.
  /// - Throws: `.noLocation` where neither XDG_STATE_HOME nor HOME says where state belongs.
  package static func standard(
    option: String? = nil, environment: [String: String], isRoot: Bool
  ) throws(StoreError) -> StoreLocation {
    if let option, !option.isEmpty { return StoreLocation(path: option) }
    if let variable = environment["VMCTL_STORE"], !variable.isEmpty { return StoreLocation(path: variable) }
    if isRoot { return StoreLocation(path: "/var/lib/vmctl/vmctl.db") }
    // XDG Base Directory Specification: a relative path in the variable is to be ignored.
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return StoreLocation(path: state + "/vmctl/vmctl.db")
    }
    if let home = environment["HOME"], home.hasPrefix("/") {
      return StoreLocation(path: home + "/.local/state/vmctl/vmctl.db")
    }
    throw StoreError(.noLocation, path: "")
  }
}
