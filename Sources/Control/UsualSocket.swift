/// Where vmctld listens unless it is told otherwise, and so where commands look for it.
package enum UsualSocket {
  /// - Parameters:
  ///   - environment: of the process.
  ///   - isRoot: whether it is the system's daemon.
  /// - Returns: `nil` where another user's environment has no place: a folder below `/tmp` could be somebody else's.
  package static func path(_ environment: [String: String], isRoot: Bool) -> String? {
    if isRoot { return "/run/vmctl/vmctl.sock" }
    // XDG Base Directory Specification: a relative path in the variable is to be ignored.
    guard let folder = environment["XDG_RUNTIME_DIR"], folder.hasPrefix("/") else { return nil }
    return folder + "/vmctl/vmctl.sock"
  }
}
