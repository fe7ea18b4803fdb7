#if canImport(Glibc)
  import Glibc
#endif

/// Users and groups of the host by name.
package enum Accounts {
  package static func uid(ofUser name: String) -> UInt32? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 1 << 16)
    return getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0 && found != nil ? entry.pw_uid : nil
  }

  package static func gid(ofGroup name: String) -> UInt32? {
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    var buffer = [CChar](repeating: 0, count: 1 << 20)
    return getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0 && found != nil ? entry.gr_gid : nil
  }

  package static let groupExists: @Sendable (String) -> Bool = { gid(ofGroup: $0) != nil }
}
