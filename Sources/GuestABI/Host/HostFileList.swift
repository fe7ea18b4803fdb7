/// Firmware and ROM files of a host: the content of whole folders, so that what is not listed there is known to be
/// missing.
package struct HostFileList: Sendable, Hashable {
  /// Sizes in bytes by name, by folder.
  package var folders: [String: [String: UInt64]]

  package init(folders: [String: [String: UInt64]] = [:]) { self.folders = folders }

  package enum Fact: Sendable, Hashable {
    case missing
    case size(UInt64)
    /// Its folder was not looked at.
    case unknown
  }

  package subscript(path: String) -> Fact {
    guard let end = path.lastIndex(of: "/"), let files = folders[String(path[..<end])] else { return .unknown }
    return files[String(path[path.index(after: end)...])].map { .size($0) } ?? .missing
  }

  /// The size of a ROM that QEMU looks for by its name in its data folders.
  package func size(ofROM name: String) -> UInt64? {
    for folder in HostFileList.romFolders { if let size = folders[folder]?[name] { return size } }
    return nil
  }

  /// Where QEMU builds of Debian, Ubuntu, Fedora and SUSE look for ROMs, in QEMU's order.
  package static let romFolders = [
    "/usr/share/qemu", "/usr/share/seabios", "/usr/lib/ipxe/qemu", "/usr/share/qemu-kvm", "/usr/share/ipxe/qemu",
    "/usr/share/ipxe",
  ]

  /// Where firmware images are.
  package static let firmwareFolders = [
    "/usr/share/OVMF", "/usr/share/ovmf", "/usr/share/AAVMF", "/usr/share/edk2/ovmf", "/usr/share/edk2/x64",
    "/usr/share/edk2/aarch64", "/usr/share/qemu-efi-aarch64",
  ]
}
